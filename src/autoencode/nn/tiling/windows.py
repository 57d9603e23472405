"""A network of one fixed size applied to a picture of any size, in blended windows."""

import math
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from autoencode.nn.tiling.patches import PatchFunction, crop_reflected, to_uint8
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_BLOCK = 2048
Size = tuple[int, int]
Places = list[tuple[int, int]]


class Block(NamedTuple):
    """A part of one side of a picture, and the windows that overlap it.

    Args:
        first: the first pixel.
        end: one after the last.
        starts: positions of the windows.
    """

    first: int
    end: int
    starts: list[int]

    def overlap(self, start: int, length: int) -> tuple[slice, slice]:
        """The overlap of the block and a window, as slices of the block and of the window."""
        first, end = max(start, self.first), min(start + length, self.end)
        return slice(first - self.first, end - self.first), slice(first - start, end - start)


def apply_windowed(
    picture: UInt8[Tensor, "channels height width"],
    restore: PatchFunction,
    *,
    size: Size,
    pixels: int,
    block: int = _BLOCK,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> UInt8[Tensor, "channels height width"]:
    """Applies a network of one size to a picture of any size: windows overlap by half and are averaged with weights.

        w(i) = sin²(π (i + ½) / length)          the weight of pixel i of a window, along each side

    The weight of a pixel is highest in the middle of a window and nearly zero at its edge, so that there are no seams.
    A picture smaller than the window is centred in it and extended by reflection. Besides the picture and the result,
    memory depends on `size`, `pixels` and `block` alone; windows that overlap two blocks are computed for both.

    Args:
        picture: uint8, on the CPU.
        restore: the network.
        size: (height, width) of the network's input.
        pixels: windows are batched up to this number of pixels.
        block: the longest side of the area that is blended at a time, in pixels.
        reporter: receives the progress of the task "restoring a picture", in windows.
        cancel: checked after each batch.

    Raises:
        CancelledError: `cancel` was set.
    """
    rows, columns = (split_blocks(side, length, block) for side, length in zip(picture.shape[1:], size, strict=True))
    total = sum(len(row.starts) for row in rows) * sum(len(column.starts) for column in columns)
    result = torch.empty_like(picture)
    with track(resolve_reporter(reporter), "restoring a picture", total, "windows", cancel=cancel) as progress:
        for row, column in product(rows, columns):
            blend = _Blend(row, column, size, len(picture))
            for places in _batches(list(product(row.starts, column.starts)), max(1, pixels // math.prod(size))):
                windows = torch.stack([crop_reflected(picture, *place, size) for place in places])
                blend.add(places, restore(windows).cpu())
                progress.advance(len(places))
            result[:, row.first : row.end, column.first : column.end] = to_uint8(blend.mean())
    return result


class _Blend:
    """Weighted sums of windows over one block."""

    def __init__(self, row: Block, column: Block, size: Size, channels: int) -> None:
        self.row, self.column, self.size = row, column, size
        self.window = hann_window(size[0])[:, None] * hann_window(size[1])
        self.sums = torch.zeros(channels, row.end - row.first, column.end - column.first)

    def add(self, places: Places, windows: Tensor) -> None:
        """Adds windows (n, channels, *size) at these positions of the picture."""
        for (top, left), weighted in zip(places, windows * self.window, strict=True):
            (y, y_inside), (x, x_inside) = self.row.overlap(top, self.size[0]), self.column.overlap(left, self.size[1])
            self.sums[:, y, x] += weighted[:, y_inside, x_inside]

    def mean(self) -> Tensor:
        """The sums divided by the weights, which are a product, as the windows are a grid."""
        return self.sums / (_weights(self.row, self.size[0])[:, None] * _weights(self.column, self.size[1]))


def split_blocks(side: int, length: int, block: int) -> list[Block]:
    """The blocks of one side of a picture, with the windows of each."""
    starts, step = window_starts(side, length), max(block, 2 * length)
    return [
        Block(first, min(first + step, side), [start for start in starts if first - length < start < first + step])
        for first in range(0, side, step)
    ]


def window_starts(side: int, length: int) -> list[int]:
    """Positions of the windows: evenly spaced by at most half a window, from edge to edge; one if one is enough.

    Example:
        >>> window_starts(100, 28), window_starts(28, 28), window_starts(5, 28)
        ([0, 12, 24, 36, 48, 60, 72], [0], [-11])
    """
    if side <= length:
        return [-((length - side) // 2)]
    steps = math.ceil((side - length) / max(1, length // 2))
    return [round(step * (side - length) / steps) for step in range(steps + 1)]


def hann_window(length: int) -> Float[Tensor, " length"]:
    """sin²(π (i + ½) / length): above zero, highest in the middle; copies shifted by half the length sum to one."""
    return torch.sin(math.pi * (torch.arange(length) + 0.5) / length) ** 2


def _weights(stretch: Block, length: int) -> Tensor:
    total, window = torch.zeros(stretch.end - stretch.first), hann_window(length)
    for start in stretch.starts:
        place, inside = stretch.overlap(start, length)
        total[place] += window[inside]
    return total


def _batches(places: Places, n: int) -> Iterator[Places]:
    return (places[start : start + n] for start in range(0, len(places), n))
