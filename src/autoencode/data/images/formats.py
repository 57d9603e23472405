"""The picture formats that are read, and any of their kinds of pixels as 8-bit grey or colour."""

from functools import cache

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
    *("PNG", "PPM", "QOI", "SGI", "TGA", "TIFF", "WEBP"),
)


@cache
def formats() -> tuple[str, ...]:
    """The formats that this build of Pillow reads, by Pillow's names."""
    Image.init()
    return tuple(name for name in _RASTER if name in Image.OPEN)


@cache
def suffixes() -> frozenset[str]:
    """The endings of file names of those formats, in lower case and with their dot."""
    readable = formats()
    return frozenset(suffix.lower() for suffix, name in Image.registered_extensions().items() if name in readable)


_GREY = ("1", "L", "LA", "La", "I", "F")
_WORDS = 65_535


def is_grey_mode(mode: str) -> bool:
    """Whether a picture of this kind (Pillow's name for it) can hold nothing but grey."""
    return mode in _GREY or mode.startswith("I;16")


def to_eight_bit(image: Image.Image) -> Image.Image:
    """The picture in mode "L" (grey) or "RGB", on white paper where it is transparent.

    Args:
        image: of any mode, loaded.

    Returns:
        8 bits a channel. 16-bit grey is divided by 257, so that white stays white.

    Raises:
        ValueError: brightness outside of what 8 or 16 bits hold.
    """
    if image.mode == "F":
        return Image.fromarray(_from_floats(np.asarray(image)))
    if image.mode == "I" or image.mode.startswith("I;16"):
        return Image.fromarray(_from_words(np.asarray(image.convert("I"))))
    if image.has_transparency_data:
        return _on_white(image)
    return image.convert("L" if is_grey_mode(image.mode) else "RGB")


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The picture in mode "L" or "RGB" with its colours as they are stored, and its alpha channel in mode "L" or None.

    Args:
        image: of any mode, loaded.

    Raises:
        ValueError: brightness outside of what 8 or 16 bits hold.
    """
    if exceeds_eight_bits(image) or not image.has_transparency_data:
        return to_eight_bit(image), None
    colour, layered = ("L", "LA") if is_grey_mode(image.mode) else ("RGB", "RGBA")
    both = image.convert(layered)
    return both.convert(colour), both.getchannel("A")


def exceeds_eight_bits(image: Image.Image) -> bool:
    """Whether Pillow holds more than 8 bits for each value of the picture."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L" if is_grey_mode(image.mode) else "RGB")


def _from_words(words: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    _check(words, _WORDS)
    return ((words + 128) // 257).astype(np.uint8)


def _from_floats(floats: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    _check(floats, 255)
    scale = 255 if floats.max() <= 1 else 1
    return np.rint(floats * scale).astype(np.uint8)


def _check(numbers: npt.NDArray[np.int32] | npt.NDArray[np.float32], top: int) -> None:
    low, high = numbers.min(), numbers.max()
    if not (low >= 0 and high <= top):  # a NaN fails here as well
        raise ValueError(f"brightness from {low:g} to {high:g}, outside 0-{top:,}")


_CHUNK = 256  # pictures at a time: the sums need four times the room of the bytes


def composite_on_white(pictures: Shaped[Tensor, "n 4 h w"]) -> Shaped[Tensor, "n 3 h w"]:
    """Composites red, green, blue and alpha over white.

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
