"""A local network applied to a picture of any size, tile by tile, as if it were applied to the whole."""

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
        start: where the tile begins, in pixels from the picture's edge.
        length: of the tile; it may reach beyond the picture.
        first: the first pixel of the picture that is taken from this tile.
        end: one after the last.
    """

    start: int
    length: int
    first: int
    end: int

    @property
    def kept(self) -> slice:
        """What is taken, in the picture."""
        return slice(self.first, self.end)

    @property
    def inside(self) -> slice:
        """What is taken, in the tile."""
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
    """Applies a local network to a picture of any size, in tiles that overlap by twice its halo.

        │◄─ kept ─►│ halo │
            │ halo │◄─ kept ─►│ halo │
                       │ halo │◄─ kept ─►│          at the picture's own edges nothing is cut off

    Every pixel is taken from a tile that holds all that the network looks at for it, so that the result is the
    network's on the whole picture, but for rounding. Where the sides are no multiples of `multiple`, the picture goes
    on in its own reflection until they are, and the result is cropped. All tiles of a picture have one size. Memory
    depends on `tile` alone, besides the picture and the result.

    Args:
        picture: bytes, on the processor.
        restore: the network.
        halo: how far the network looks, in pixels.
        multiple: what sides and places of tiles must be multiples of.
        tile: the longest side of a tile, its halo included; small tiles go together, up to tile² pixels.
        channels: of the result; as many as the picture's by default.
        reporter: receives the progress of the task "restoring a picture", in tiles.
        cancel: looked at after each batch.

    Raises:
        ArgumentError: the tile is all halo.
        CancelledError: `cancel` asked for it.
    """
    rows, columns = (spans(side, halo, multiple, tile) for side in picture.shape[1:])
    places, size = list(product(rows, columns)), (rows[0].length, columns[0].length)
    n, result = max(1, tile**2 // (size[0] * size[1])), torch.empty_like(picture[:channels])
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
        ArgumentError: the tile is all halo.

    Example:
        >>> for span in spans(100, halo=10, multiple=4, tile=64):
        ...     print(span)
        Span(start=0, length=64, first=0, end=52)
        Span(start=36, length=64, first=52, end=100)
    """
    if tile < smallest_tile(halo, multiple):
        raise ArgumentError(
            f"a tile of {tile} pixels is all halo, as the network looks {halo} pixels far: "
            f"give at least {smallest_tile(halo, multiple)}"
        )
    margin, whole = rounded_up(halo, multiple), rounded_up(side, multiple)
    length = min(tile // multiple * multiple, whole)
    starts = [*range(0, whole - length, max(1, length - 2 * margin)), whole - length]
    edges = [0, *(start + length - margin for start in starts[:-1]), side]
    return [Span(start, length, *kept) for start, kept in zip(starts, pairwise(edges), strict=True)]


def smallest_tile(halo: int, multiple: int) -> int:
    """The side of the smallest tile that is not all halo, in pixels."""
    return 2 * rounded_up(halo, multiple) + multiple


def rounded_up(number: int, multiple: int) -> int:
    """The smallest multiple that is not below `number`."""
    return -(-number // multiple) * multiple
