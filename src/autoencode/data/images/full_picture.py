"""One picture at its full size, with what a copy of it should keep."""

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from jaxtyping import UInt8
from PIL import Image, ImageCms

from autoencode.data.images.complete import load_completely
from autoencode.data.images.formats import Depth, depth_of, split_alpha
from autoencode.data.images.picture import (
    FEWER_BITS,
    SIDEWAYS,
    make_upright,
    open_picture,
    orientation,
    what_is_lost,
)
from autoencode.data.memory import check_fits

_NEEDED = 16
"""Bytes for each pixel while a picture is read: Pillow's own, rotated, converted, and as an array."""
_MOST_DPI = 65_535
_KINDS = {1: b"GRAY", 3: b"RGB "}
"""What a colour profile says that it is for, in its bytes 16 to 19, by the number of channels."""


class FullPictureHeader(NamedTuple):
    """What a picture file says about itself before its pixels.

    Args:
        height: in pixels, once it stands upright.
        width: in pixels, once it stands upright.
        alpha: whether some of it may be transparent.
    """

    height: int
    width: int
    alpha: bool


@dataclass(frozen=True, eq=False)
class FullPicture:
    """A picture as it is, 8 bits for each value.

    Args:
        colour: (channels, height, width), 1 channel or 3.
        alpha: how opaque each pixel is, (height, width), or None where all are.
        dpi: pixels for an inch, along x and along y, or None.
        profile: the ICC profile that says what the colours mean, or None.
        notes: what was lost in reading, a line each.
    """

    colour: UInt8[np.ndarray, "channels height width"]
    alpha: UInt8[np.ndarray, "height width"] | None = None
    dpi: tuple[float, float] | None = None
    profile: bytes | None = None
    notes: tuple[str, ...] = ()


def read_full_picture_header(path: Path) -> FullPictureHeader:
    """Reads no more than a picture's size and whether it has an alpha channel.

    Raises:
        UnreadableError: no picture, or one of more than 179 million pixels.
    """
    with open_picture(path, large=True) as image:
        (width, height), alpha = image.size, image.has_transparency_data and depth_of(image) is Depth.BYTES
        if orientation(image) in SIDEWAYS:
            width, height = height, width
        return FullPictureHeader(height, width, alpha)


def read_full_picture(path: Path, white: float = 65_535.0) -> FullPicture:
    """Reads a picture at its full size and makes it upright. Nothing is scaled or cropped.

    16-bit grey becomes 8-bit, CMYK becomes RGB (by its profile, where it has one), and of several frames the first is
    taken: the notes say so. Palettes become colours. Of what a camera noted (EXIF) only the orientation is read.

    Args:
        path: the file.
        white: the number that is white in a picture of 16 bits.

    Raises:
        UnreadableError: no picture, a damaged one, one of more than 179 million pixels, or one too large for memory.
    """
    with open_picture(path, large=True) as image:
        check_fits(_NEEDED * image.width * image.height, str(path))
        notes = _notes(image)  # before the pixels are read, as Pillow then forgets how they were stored
        turn = orientation(image)
        load_completely(image)
        dpi = _dpi(image, sideways=turn in SIDEWAYS)
        colour, alpha = split_alpha(make_upright(_in_rgb(image), turn), white)
        pixels = _pixels(colour)
        pixels = pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))
        profile = _profile(image, len(pixels))
        return FullPicture(pixels, None if alpha is None else _pixels(alpha), dpi, profile, notes)


def _pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    return np.array(image, dtype=np.uint8)


def _notes(image: Image.Image) -> tuple[str, ...]:
    """What is lost of a picture that is not loaded yet; transparency is not."""
    deep = (FEWER_BITS,) if depth_of(image) is not Depth.BYTES else ()
    return (*deep, *(words for words in what_is_lost(image) if not words.startswith("transparency")))


def _dpi(image: Image.Image, *, sideways: bool) -> tuple[float, float] | None:
    try:
        x, y = (float(number) for number in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if not all(math.isfinite(number) and 0 < number <= _MOST_DPI for number in (x, y)):
        return None
    return (y, x) if sideways else (x, y)


def _in_rgb(image: Image.Image) -> Image.Image:
    """CMYK as the colours that its profile means; Pillow's own way knows no inks."""
    profile = image.info.get("icc_profile")
    if image.mode != "CMYK" or not profile:
        return image
    try:
        inks, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, inks, screen, outputMode="RGB") or image
    except Exception:  # a damaged profile, or a Pillow without colour management
        return image


def _profile(image: Image.Image, channels: int) -> bytes | None:
    """The profile, if it is for such colours as the picture now has."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile[16:20] == _KINDS[channels] else None
