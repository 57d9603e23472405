"""Pictures of any size in blocks: a tile of a large one, or many small ones, which are coded in lockstep."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from autoencode.compression.container import Block, DamagedError, Json, digest
from autoencode.compression.originals import Bytes

TILE = "tile"
"""The kind of a block that holds a part of a picture."""
PICTURES = "pictures"
"""The kind of a block that holds whole pictures."""
SIDE = 1_024
"""Rows and columns of a tile, at most: what a picture needs in memory does not grow with it."""
_MAX_VALUES = 1 << 30
_MAX_CANVAS = 1 << 22
_MARGIN = 8
"""Whole pictures that share a block lie one below the other, with a margin: so many places, at most, are computed."""
_SMALL = 4
"""A picture is small where so many like it are not larger than a tile."""


class MissingTileError(DamagedError):
    """A tile before this one is missing."""


@runtime_checkable
class PictureCodec(Protocol):
    """Codes pictures."""

    def encode(self, pictures: Sequence[Bytes]) -> bytes:
        """Pictures with the same number of channels as bytes."""
        ...

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, ...]]) -> list[Bytes]:
        """The pictures of some bytes."""
        ...

    def given_back(self, pictures: Sequence[Bytes], payload: bytes) -> list[Bytes]:
        """What `decode` gives of the pictures whose payload this is."""
        ...

    def bits(self, pictures: Sequence[Bytes]) -> list[npt.NDArray[np.float64]]:
        """What each pixel of pictures takes, (height, width) of each."""
        ...

    def probe(self) -> str:
        """A digest that is the same wherever this codec computes the same."""
        ...

    def probe_case(self) -> tuple[Bytes, bytes]:
        """What `decode` must give of some bytes, and these bytes, by which another decoder can be tried."""
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
        described, payload = _encode(codec, [tile])
        yield {"kind": TILE, "file": file, "tile": number} | described, payload


def bits_of(codec: PictureCodec, pixels: Bytes) -> npt.NDArray[np.float64]:
    """What each pixel of a picture takes, (height, width), coded alone and in tiles."""
    found = np.zeros(pixels.shape[:2])
    for part in _tiles(pixels.shape):
        found[part] = codec.bits([np.ascontiguousarray(pixels[part])])[0]
    return found


def is_small(shape: tuple[int, ...]) -> bool:
    """Whether a picture of this shape shares a block with others."""
    return shape[0] * shape[1] * _SMALL <= SIDE * SIDE


def may_share(shapes: Sequence[tuple[int, ...]]) -> bool:
    """Whether pictures of these shapes may share a block: what they need in memory, one below the other, is limited.

    Example:
        >>> may_share([(28, 28)] * 1_000), may_share([(8, 8)] * 10_000 + [(1, 200_000)])
        (True, False)
    """
    rows, columns = sum(shape[0] + _MARGIN for shape in shapes), max(shape[1] for shape in shapes) + _MARGIN
    return rows * columns <= _MAX_CANVAS


def fills_block(pictures: Sequence[Bytes]) -> bool:
    """Whether these are as many as share a block."""
    return sum(pixels.shape[0] * pixels.shape[1] for pixels in pictures) * _SMALL > (_SMALL - 1) * SIDE * SIDE


def encode_pictures(codec: PictureCodec, pictures: Sequence[Bytes]) -> tuple[Json, bytes]:
    """The description, but for those of their files, and the payload of a block of whole pictures.

    Args:
        codec: of pictures.
        pictures: (height, width) or (height, width, 3) each, with the same number of channels.
    """
    described, payload = _encode(codec, pictures)
    return {"kind": PICTURES} | described, payload


def _encode(codec: PictureCodec, pictures: Sequence[Bytes]) -> tuple[Json, bytes]:
    """Where they would not become smaller, as they are."""
    payload = codec.encode(pictures)
    if len(payload) < sum(pixels.size for pixels in pictures):
        return {"digest": _digest(codec.given_back(pictures, payload))}, payload
    return {"digest": _digest(pictures), "plain": True}, b"".join(pixels.tobytes() for pixels in pictures)


def _digest(pictures: Sequence[Bytes]) -> str:
    return digest(*(pixels.tobytes() for pixels in pictures)).hex()


def files_of(block: Block) -> list[Json]:
    """The descriptions of the files of a block of whole pictures.

    Raises:
        DamagedError: they make no sense.
    """
    match block.meta.get("files"):
        case [*files] if files and all(isinstance(file, dict) for file in files):
            if len({file.get("file") for file in files if isinstance(file.get("file"), int)}) == len(files):
                return files
        case _:
            pass
    raise DamagedError("the description of a block of pictures is damaged")


def decode_pictures(codec: PictureCodec, block: Block) -> list[Bytes]:
    """The pictures of a block of kind `PICTURES`.

    Raises:
        DamagedError: it is damaged, or this computer computes other numbers.
    """
    forms = [file.get("form") for file in files_of(block)]
    shapes = [shape_of(form if isinstance(form, dict) else {}) for form in forms]
    same = len({shape[2:] for shape in shapes}) == 1
    if not same or not may_share(shapes):
        raise DamagedError("the description of a block of pictures is damaged")
    return _decode(codec, block, shapes)


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
    place[...] = _decode(codec, block, [place.shape])[0]


def _decode(codec: PictureCodec, block: Block, shapes: Sequence[tuple[int, ...]]) -> list[Bytes]:
    plain = block.meta.get("plain") is True
    pictures = _plain(block.payload, shapes) if plain else codec.decode(block.payload, shapes)
    if _digest(pictures) != block.meta.get("digest"):
        raise DamagedError(
            "a block gives other pixels than those that were compressed: it is damaged, or this computer computes "
            "other numbers"
        )
    return pictures


def _plain(payload: bytes, shapes: Sequence[tuple[int, ...]]) -> list[Bytes]:
    values, ends = np.frombuffer(payload, np.uint8), np.cumsum([math.prod(shape) for shape in shapes])
    if len(values) != ends[-1]:
        raise DamagedError("a part of a picture has another size than it should")
    return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]
