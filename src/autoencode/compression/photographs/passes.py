"""A picture from coarse to fine: three passes double its rows and columns, each from what is known around a pixel."""

from dataclasses import dataclass

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


class Grid:
    """Planes of a picture at a stride, with a border that mirrors what is known.

    Args:
        planes: (channels, height, width) of the whole picture; it is written into.
        stride: from pixel to pixel.
    """

    def __init__(self, planes: Plane, stride: int) -> None:
        self.planes = planes[:, ::stride, ::stride]
        self.height, self.width = self.planes.shape[1:]
        size = (len(planes), self.height + 2 * BORDER, self.width + 2 * BORDER)
        self._padded = np.zeros(size, np.int32)
        self._inner = self._padded[:, BORDER:-BORDER, BORDER:-BORDER]
        for channel in range(len(planes)):
            self._inner[channel, ::2, ::2] = self.planes[channel, ::2, ::2]
            self._mirror(channel)

    def _mirror(self, channel: int) -> None:
        """Rows and columns beyond the edge, of the same parity as those that they mirror."""
        padded, edge = self._padded[channel], BORDER
        for away in range(1, BORDER + 1):
            padded[edge - away, edge:-edge] = padded[edge + away, edge:-edge]
            padded[-edge - 1 + away, edge:-edge] = padded[-edge - 1 - away, edge:-edge]
        for away in range(1, BORDER + 1):
            padded[:, edge - away] = padded[:, edge + away]
            padded[:, -edge - 1 + away] = padded[:, -edge - 1 - away]

    def size(self, step: Pass) -> tuple[int, int]:
        """Rows and columns of the pixels of a pass."""
        return (self.height - step.row + 1) // 2, (self.width - step.column + 1) // 2

    def at(self, channel: int, step: Pass, offset: tuple[int, int] = (0, 0)) -> Plane:
        """The pixels at an offset from those of a pass, a view."""
        rows, columns = self.size(step)
        y, x = BORDER + step.row + offset[0], BORDER + step.column + offset[1]
        return self._padded[channel, y : y + 2 * rows : 2, x : x + 2 * columns : 2]

    def put(self, channel: int, step: Pass, values: Integers) -> None:
        """The pixels of a pass, which are known from now on."""
        self.at(channel, step)[...] = values.reshape(self.size(step))
        self._mirror(channel)

    def finish(self) -> None:
        """Writes all pixels into the picture."""
        self.planes[...] = self._inner
