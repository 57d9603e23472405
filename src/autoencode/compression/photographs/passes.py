"""A picture from coarse to fine: three passes double its rows and columns, each from what is known around a pixel."""

import functools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from autoencode.compression.photographs.lanes import Integers

Plane = npt.NDArray[np.int32]
BORDER = 3
_COARSEST = 4
"""Rows and columns of the grid that is known first, at least."""


@dataclass(frozen=True)
class Pass:
    """Pixels of a grid that are coded together.

    Args:
        row: 0 or 1, the parity of their rows.
        column: of their columns.
        known: (dy, dx) of the pixels around that are known then, the nearest first.
    """

    row: int
    column: int
    known: tuple[tuple[int, int], ...]


def _around(*parities: tuple[int, int], within: int) -> tuple[tuple[int, int], ...]:
    offsets = [
        (dy, dx)
        for dy in range(-BORDER, BORDER + 1)
        for dx in range(-BORDER, BORDER + 1)
        if (dy % 2, dx % 2) in parities and dy * dy + dx * dx <= within
    ]
    return tuple(sorted(offsets, key=lambda offset: (offset[0] ** 2 + offset[1] ** 2, offset)))


PASSES = (
    Pass(1, 1, _around((1, 1), within=18)),
    Pass(0, 1, _around((0, 1), (1, 0), within=13)),
    Pass(1, 0, _around((1, 0), (0, 1), (1, 1), within=13)),
)
"""The middles of squares; then the middles of their upper sides; then those of their left ones."""


def strides(height: int, width: int) -> list[int]:
    """The strides of the grids that are coded by passes, from coarse to fine, such as 16, 8, 4, 2, 1."""
    found, stride = list[int](), 1
    while -(-min(height, width) // (2 * stride)) >= _COARSEST:
        found.append(stride)
        stride *= 2
    return found[::-1]


@runtime_checkable
class Grid(Protocol):
    """The pixels of pictures at a stride, with borders that mirror them."""

    def at(self, channel: int, step: Pass, offset: tuple[int, int] = (0, 0)) -> Plane:
        """The pixels at an offset from those of a pass."""
        ...

    def put(self, channel: int, step: Pass, values: Integers) -> None:
        """Writes the pixels of a pass, which are known from now on."""
        ...

    def finish(self) -> None:
        """Writes all pixels into the pictures."""
        ...


def grid_of(pictures: Sequence[Plane], stride: int) -> Grid:
    """The grid of one picture, or of several in lockstep, with as many channels each.

    Args:
        pictures: (channels, height, width) each, which `finish` writes into.
        stride: from pixel to pixel.
    """
    return PictureGrid(pictures[0], stride) if len(pictures) == 1 else SharedGrid(pictures, stride)


class PictureGrid:
    """The grid of one picture, of which every offset is a view.

    Args:
        planes: (channels, height, width) of the whole picture.
        stride: from pixel to pixel.
    """

    def __init__(self, planes: Plane, stride: int) -> None:
        self._planes = planes[:, ::stride, ::stride]
        self._padded = np.zeros((len(planes), *(side + 2 * BORDER for side in self._planes.shape[1:])), np.int32)
        self._inner = self._padded[:, BORDER:-BORDER, BORDER:-BORDER]
        self._inner[...] = self._planes
        self._mirror(slice(None))

    def _mirror(self, channel: int | slice) -> None:
        """Rows and columns beyond the edge, of the same parity as those that they mirror."""
        padded, edge = self._padded[channel], BORDER
        for away in range(1, BORDER + 1):
            padded[..., edge - away, edge:-edge] = padded[..., edge + away, edge:-edge]
            padded[..., -edge - 1 + away, edge:-edge] = padded[..., -edge - 1 - away, edge:-edge]
        for away in range(1, BORDER + 1):
            padded[..., edge - away] = padded[..., edge + away]
            padded[..., -edge - 1 + away] = padded[..., -edge - 1 - away]

    def at(self, channel: int, step: Pass, offset: tuple[int, int] = (0, 0)) -> Plane:
        """A view, (rows, columns)."""
        height, width = self._planes.shape[1:]
        y, x = BORDER + step.row + offset[0], BORDER + step.column + offset[1]
        return self._padded[channel, y : y + height - step.row : 2, x : x + width - step.column : 2]

    def put(self, channel: int, step: Pass, values: Integers) -> None:
        """See `Grid`."""
        place = self.at(channel, step)
        place[...] = values.reshape(place.shape)
        self._mirror(channel)

    def finish(self) -> None:
        """See `Grid`."""
        self._planes[...] = self._inner


class SharedGrid:
    """The grids of several pictures of any sizes, one below the other, as one row of pixels.

    Args:
        pictures: (channels, height, width) each.
        stride: from pixel to pixel.
    """

    def __init__(self, pictures: Sequence[Plane], stride: int) -> None:
        self._pictures = [planes[:, ::stride, ::stride] for planes in pictures]
        self._width = max(planes.shape[2] for planes in self._pictures) + 2 * BORDER
        heights = [planes.shape[1] + 2 * BORDER for planes in self._pictures]
        ends = np.cumsum(heights)
        self._tops = ends - heights
        canvas = np.zeros((len(pictures[0]), int(ends[-1]), self._width), np.int32)
        self._inner = [
            canvas[:, top + BORDER : top + BORDER + planes.shape[1], BORDER : BORDER + planes.shape[2]]
            for top, planes in zip(self._tops.tolist(), self._pictures, strict=True)
        ]
        for place, planes in zip(self._inner, self._pictures, strict=True):
            place[...] = planes
        self._flat = canvas.reshape(len(canvas), -1)
        self._border = self._places(lambda shape: _border(*shape, self._width)[0])
        self._mirrored = self._places(lambda shape: _border(*shape, self._width)[1])
        self._flat[:, self._border] = self._flat[:, self._mirrored]
        self._pixels = {step: self._places(functools.partial(_pixels, step, self._width)) for step in PASSES}

    def _places(self, of_shape: Callable[[tuple[int, int]], Integers]) -> Integers:
        """Places of all pictures, from those of a picture of a shape; pictures of one shape share the work."""
        tops = defaultdict[tuple[int, int], list[int]](list)
        for top, planes in zip(self._tops.tolist(), self._pictures, strict=True):
            tops[planes.shape[1], planes.shape[2]].append(top * self._width)
        return np.concatenate([np.add.outer(tops[shape], of_shape(shape)).reshape(-1) for shape in tops])

    def at(self, channel: int, step: Pass, offset: tuple[int, int] = (0, 0)) -> Plane:
        """(pixels,) of all pictures."""
        return self._flat[channel].take(self._pixels[step] + (offset[0] * self._width + offset[1]))

    def put(self, channel: int, step: Pass, values: Integers) -> None:
        """See `Grid`."""
        flat = self._flat[channel]
        flat[self._pixels[step]] = values.reshape(-1)
        flat[self._border] = flat[self._mirrored]

    def finish(self) -> None:
        """See `Grid`."""
        for planes, place in zip(self._pictures, self._inner, strict=True):
            planes[...] = place


@functools.lru_cache(256)
def _border(height: int, width: int, row: int) -> tuple[Integers, Integers]:
    """Where the border of a picture lies in rows of so many pixels, and the pixels that it mirrors."""
    y, x = np.mgrid[-BORDER : height + BORDER, -BORDER : width + BORDER]
    beyond = (y < 0) | (y >= height) | (x < 0) | (x >= width)
    y, x = y[beyond], x[beyond]
    inside = height - 1 - np.abs(height - 1 - np.abs(y)), width - 1 - np.abs(width - 1 - np.abs(x))
    return _flat(y, x, row), _flat(*inside, row)


def _pixels(step: Pass, row: int, shape: tuple[int, int]) -> Integers:
    """Where the pixels of a pass lie in rows of so many pixels."""
    y, x = np.mgrid[step.row : shape[0] : 2, step.column : shape[1] : 2]
    return _flat(y, x, row).reshape(-1)


def _flat(y: Integers, x: Integers, row: int) -> Integers:
    return (y + BORDER) * row + x + BORDER
