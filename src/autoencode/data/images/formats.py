"""The picture formats that are read, and their kinds of pixels as arrays of numbers."""

from collections.abc import Sequence
from enum import Enum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Shaped
from PIL import Image
from torch import Tensor

# Plain raster formats only. Pillow knows others, but EPS would start Ghostscript, and BUFR, GRIB, HDF5, MPEG and WMF
# are only recognised, not read.
_RASTER = (
    *("AVIF", "BMP", "DIB", "GIF", "ICO", "JPEG", "JPEG2000", "PCX"),
    *("HEIF", "PNG", "PPM", "QOI", "SGI", "TGA", "TIFF", "WEBP"),
)
_GREY = ("1", "L", "LA", "La", "I", "F")
_WHITE = 65_535.0
_TO_WORDS = 257
"""From the white of 8 bits to that of 16."""
_CHUNK = 256  # pictures at a time: blending them needs four times the memory of their bytes

Numbers = npt.NDArray[Any]
"""Pixels as uint8, or as float32 where numbers are no bytes."""


class Depth(Enum):
    """What the numbers of a picture file are."""

    BYTES = "8-bit"
    WORDS = "16-bit"
    FLOATS = "floating-point"


def has_heif() -> bool:
    """Whether HEIC pictures, those of iPhones, can be read: pillow-heif is an extra."""
    return find_spec("pillow_heif") is not None


@cache
def formats() -> tuple[str, ...]:
    """The formats that this build of Pillow reads, by Pillow's names."""
    Image.init()
    if has_heif():
        import_module("pillow_heif").register_heif_opener()
    return tuple(name for name in _RASTER if name in Image.OPEN)


@cache
def suffixes() -> frozenset[str]:
    """The endings of file names of those formats, in lower case and with their dot."""
    readable = formats()
    return frozenset(suffix.lower() for suffix, name in Image.registered_extensions().items() if name in readable)


def is_grey_mode(mode: str) -> bool:
    """Whether a picture of this kind (Pillow's name for it) can hold nothing but grey."""
    return mode in _GREY or mode.startswith("I;16")


def depth_of(image: Image.Image) -> Depth:
    """What Pillow holds of a picture; of colours it never holds more than 8 bits a channel."""
    if image.mode == "F":
        return Depth.FLOATS
    return Depth.WORDS if image.mode == "I" or image.mode.startswith("I;16") else Depth.BYTES


def common_depth(depths: Sequence[Depth]) -> Depth:
    """What all pictures are read as: floating point only if all are, else 16 bits if any are."""
    if depths and all(depth is Depth.FLOATS for depth in depths):
        return Depth.FLOATS
    return Depth.WORDS if Depth.WORDS in depths else Depth.BYTES


def to_eight_bit(image: Image.Image, white: float = _WHITE) -> Image.Image:
    """The picture in mode "L" (grey) or "RGB", blended with white where it is transparent.

    Args:
        image: of any mode, loaded.
        white: the number that is white in 16 bits.

    Returns:
        8 bits a channel.

    Raises:
        ValueError: brightness outside of what 8 or 16 bits hold.
    """
    depth = depth_of(image)
    if depth is Depth.FLOATS:
        return Image.fromarray(_bytes_of_floats(np.asarray(image)))
    if depth is Depth.WORDS:
        return Image.fromarray(_bytes_of_words(np.asarray(image.convert("I")), white))
    if image.has_transparency_data:
        return _on_white(image)
    return image.convert("L" if is_grey_mode(image.mode) else "RGB")


def to_planes(image: Image.Image, depth: Depth, *, grey: bool) -> list[Image.Image]:
    """The picture as pictures that can be scaled: one of mode "L" or "RGB" for bytes, else one of mode "F" a channel.

    Args:
        image: of any mode, loaded.
        depth: what its numbers shall be: its own, or 16 bits in place of 8, which are then multiplied by 257.
        grey: whether colours become one channel.

    Raises:
        ValueError: numbers outside of what 16 bits hold, or NaN.
    """
    own = depth_of(image)
    if depth is Depth.BYTES:
        return [to_eight_bit(image).convert("L" if grey else "RGB")]
    if own is Depth.BYTES:
        channels = to_eight_bit(image).convert("L" if grey else "RGB").split()
        return [Image.fromarray(np.asarray(channel, dtype=np.float32) * _TO_WORDS) for channel in channels]
    floats = np.asarray(image.convert("F") if own is Depth.FLOATS else image.convert("I"), dtype=np.float32)
    if own is Depth.WORDS:
        _check(floats, _WHITE)
    if not np.isfinite(floats).all():
        raise ValueError("NaN or infinite brightness")
    return [Image.fromarray(floats)]


def split_alpha(image: Image.Image, white: float = _WHITE) -> tuple[Image.Image, Image.Image | None]:
    """The picture in mode "L" or "RGB" with its colours as they are stored, and its alpha channel in mode "L" or None.

    Args:
        image: of any mode, loaded.
        white: the number that is white in 16 bits.

    Raises:
        ValueError: brightness outside of what 8 or 16 bits hold.
    """
    if depth_of(image) is not Depth.BYTES or not image.has_transparency_data:
        return to_eight_bit(image, white), None
    colour, layered = ("L", "LA") if is_grey_mode(image.mode) else ("RGB", "RGBA")
    both = image.convert(layered)
    return both.convert(colour), both.getchannel("A")


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L" if is_grey_mode(image.mode) else "RGB")


def _bytes_of_words(words: npt.NDArray[np.int32], white: float) -> npt.NDArray[np.uint8]:
    _check(words, white)
    if white != _WHITE:
        return np.rint(words * (255 / white)).astype(np.uint8)
    return ((words + 128) // _TO_WORDS).astype(np.uint8)


def _bytes_of_floats(floats: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    _check(floats, 255.0)
    scale = 255 if floats.max() <= 1 else 1
    return np.rint(floats * scale).astype(np.uint8)


def _check(numbers: npt.NDArray[np.int32] | npt.NDArray[np.float32], top: float) -> None:
    low, high = numbers.min(), numbers.max()
    if not (low >= 0 and high <= top):  # a NaN fails here as well
        raise ValueError(f"brightness from {low:g} to {high:g}, outside 0-{top:,.0f}")


def composite_on_white(pictures: Shaped[Tensor, "n 4 h w"]) -> Shaped[Tensor, "n 3 h w"]:
    """Blends red, green, blue and alpha with white.

    Args:
        pictures: uint8 (0-255) or floats (0-1), alpha in the last channel.

    Returns:
        The same type, without alpha.
    """
    result = pictures.new_empty((len(pictures), 3, *pictures.shape[2:]))
    for start in range(0, len(pictures), _CHUNK):
        result[start : start + _CHUNK] = _composited(pictures[start : start + _CHUNK])
    return result


def _composited(pictures: Tensor) -> Tensor:
    if pictures.dtype == torch.uint8:
        return _composited(pictures.float() / 255).mul_(255).round_().to(torch.uint8)
    colours, alpha = pictures[:, :3], pictures[:, 3:]
    return colours * alpha + (1 - alpha)
