"""Pictures of any size in tiles, each of which is a block."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from autoencode.compression.container import Block, DamagedError, Json, digest
from autoencode.compression.originals import Bytes

TILE = "tile"
"""The kind of a block that holds a part of a picture."""
SIDE = 1_024
"""Rows and columns of a tile, at most: what a picture needs in memory does not grow with it."""
_MAX_VALUES = 1 << 30


class MissingTileError(DamagedError):
    """A tile before this one is missing."""


@runtime_checkable
class PictureCodec(Protocol):
    """Codes pictures."""

    def encode(self, pixels: Bytes) -> bytes:
        """A picture as bytes."""
        ...

    def decode(self, payload: bytes, shape: tuple[int, ...]) -> Bytes:
        """The picture of some bytes."""
        ...

    def given_back(self, pixels: Bytes, payload: bytes) -> Bytes:
        """What `decode` gives of the picture whose payload this is."""
        ...

    def probe(self) -> str:
        """A digest that is the same wherever this codec computes the same."""
        ...


def tile_count(shape: tuple[int, ...]) -> int:
    """How many tiles a picture of this shape has."""
    return len(list(_tiles(shape)))


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    rows, columns = (_parts(side) for side in shape[:2])
    return ((row, column) for row in rows for column in columns)


def _parts(side: int) -> list[slice]:
    """As many as are needed, of nearly the same length."""
    count = -(-side // SIDE)
    edges = [side * number // count for number in range(count + 1)]
    return [slice(start, end) for start, end in pairwise(edges)]


def encode_tiles(
    codec: PictureCodec, pixels: Bytes, file: int, on_tile: Callable[[], None] = lambda: None
) -> Iterator[tuple[Json, bytes]]:
    """The description and the payload of each tile of a picture.

    Args:
        codec: of pictures.
        pixels: (height, width) or (height, width, 3).
        file: the number of its file.
        on_tile: is called before each.
    """
    for number, part in enumerate(_tiles(pixels.shape)):
        on_tile()
        tile = np.ascontiguousarray(pixels[part])
        payload, meta = codec.encode(tile), {"kind": TILE, "file": file, "tile": number}
        if len(payload) < tile.size:
            given = codec.given_back(tile, payload)
            yield meta | {"digest": digest(given.tobytes()).hex()}, payload
        else:
            yield meta | {"digest": digest(tile.tobytes()).hex(), "plain": True}, tile.tobytes()


def shape_of(form: Json) -> tuple[int, ...]:
    """The shape of a picture.

    Raises:
        DamagedError: it makes no sense.
    """
    match form.get("shape"):
        case [int(height), int(width), *channels] if channels in ([], [3]) and height > 0 and width > 0:
            if height * width * 3 <= _MAX_VALUES:
                return (height, width, *channels)
        case _:
            pass
    raise DamagedError("the form of a picture is damaged")


def decode_tile(codec: PictureCodec, block: Block, number: int, pixels: Bytes) -> None:
    """Writes a tile into its picture.

    Args:
        codec: of pictures.
        block: of kind `TILE`.
        number: the tile that is wanted.
        pixels: of the whole picture.

    Raises:
        MissingTileError: it is another tile.
        DamagedError: it is damaged, or this computer computes other numbers.
    """
    parts = list(_tiles(pixels.shape))
    if block.meta.get("tile") != number or number >= len(parts):
        raise MissingTileError("a part of a picture is missing")
    place = pixels[parts[number]]
    if block.meta.get("plain") is True:
        if len(block.payload) != place.size:
            raise DamagedError("a part of a picture has another size than it should")
        tile = np.frombuffer(block.payload, np.uint8).reshape(place.shape)
    else:
        tile = codec.decode(block.payload, place.shape)
    if digest(tile.tobytes()).hex() != block.meta.get("digest"):
        raise DamagedError(
            "a block gives other pixels than those that were compressed: it is damaged, or this computer computes "
            "other numbers"
        )
    place[...] = tile
