"""A network of finite receptive field applied to a picture of any size, tile by tile, as if to the whole."""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

import torch
from jaxtyping import UInt8
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.nn.tiling.patches import PatchFunction, crop_reflected, to_uint8
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track


class Span(NamedTuple):
    """One side of a tile.

    Args:
        start: position of the tile, in pixels from the picture's edge.
        length: of the tile, which may extend beyond the picture.
        first: the first pixel of the picture that is taken from this tile.
        end: one after the last such pixel.
    """

    start: int
    length: int
    first: int
    end: int

    @property
    def kept(self) -> slice:
        """The pixels taken from this tile, as a slice of the picture."""
        return slice(self.first, self.end)

    @property
    def inside(self) -> slice:
        """The same pixels as a slice of the tile."""
        return slice(self.first - self.start, self.end - self.start)


def apply_tiled(
    picture: UInt8[Tensor, "_channels height width"],
    restore: PatchFunction,
    *,
    halo: int,
    multiple: int,
    tile: int,
    channels: int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> UInt8[Tensor, "_out height width"]:
    """Applies a network of finite receptive field to a picture of any size, in tiles that overlap by twice the halo.

        │◄─ kept ─►│ halo │
            │ halo │◄─ kept ─►│ halo │
                       │ halo │◄─ kept ─►│          no halo at the edges of the picture

    Each pixel is taken from a tile that contains its whole receptive field, so the result is that of the network on the
    whole picture, except for rounding. If the sides are not multiples of `multiple`, the picture is extended by
    reflection and the result is cropped. All tiles of a picture have one size. Besides the picture and the result,
    memory depends on `tile` alone.

    Args:
        picture: uint8, on the CPU.
        restore: the network.
        halo: radius of the receptive field, in pixels.
        multiple: sides and positions of tiles are multiples of it.
        tile: the longest side of a tile, halo included; small tiles are batched, up to tile² pixels.
        channels: of the result; those of the picture by default.
        reporter: receives the progress of the task "restoring a picture", in tiles.
        cancel: checked after each batch.

    Raises:
        ArgumentError: the tile is too small for the halo.
        CancelledError: `cancel` was set.
    """
    rows, columns = (spans(side, halo, multiple, tile) for side in picture.shape[1:])
    places, size = list(product(rows, columns)), (rows[0].length, columns[0].length)
    shape = (channels or len(picture), *picture.shape[1:])
    n, result = max(1, tile**2 // (size[0] * size[1])), torch.empty(shape, dtype=torch.uint8)
    with track(resolve_reporter(reporter), "restoring a picture", len(places), "tiles", cancel=cancel) as progress:
        for start in range(0, len(places), n):
            batch = places[start : start + n]
            x = torch.stack([crop_reflected(picture, row.start, column.start, size) for row, column in batch])
            _keep(result, batch, to_uint8(restore(x)))
            progress.advance(len(batch))
    return result


def _keep(result: Tensor, places: Sequence[tuple[Span, Span]], tiles: Tensor) -> None:
    for (row, column), y in zip(places, tiles, strict=True):
        result[:, row.kept, column.kept] = y[:, row.inside, column.inside]


def spans(side: int, halo: int, multiple: int, tile: int) -> list[Span]:
    """The tiles along one side of a picture, all of one length.

    Raises:
        ArgumentError: the tile is too small for the halo.

    Example:
        >>> for span in spans(100, halo=10, multiple=4, tile=64):
        ...     print(span)
        Span(start=0, length=64, first=0, end=52)
        Span(start=36, length=64, first=52, end=100)
    """
    if tile < smallest_tile(halo, multiple):
        raise ArgumentError(
            f"a tile of {tile} pixels is too small for a receptive field of radius {halo}: give "
            f"{smallest_tile(halo, multiple)} pixels or more"
        )
    margin, whole = rounded_up(halo, multiple), rounded_up(side, multiple)
    length = min(tile // multiple * multiple, whole)
    starts = [*range(0, whole - length, max(1, length - 2 * margin)), whole - length]
    edges = [0, *(start + length - margin for start in starts[:-1]), side]
    return [Span(start, length, *kept) for start, kept in zip(starts, pairwise(edges), strict=True)]


def smallest_tile(halo: int, multiple: int) -> int:
    """The side of the smallest tile that is larger than its halo, in pixels."""
    return 2 * rounded_up(halo, multiple) + multiple


def rounded_up(number: int, multiple: int) -> int:
    """`number` rounded up to a multiple."""
    return -(-number // multiple) * multiple
