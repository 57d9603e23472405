"""One picture from a file that nobody vouches for."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from autoencode.data.images.formats import formats, is_grey_mode, to_eight_bit
from autoencode.errors import AutoencodeError

_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)


class UnreadableError(Exception):
    """A file that is no readable picture; the reason in one line. It never leaves the package."""


class PictureHeader(NamedTuple):
    """What a picture file says about itself before its pixels.

    Args:
        height: in pixels, once it stands upright.
        width: in pixels, once it stands upright.
        grey: whether it can hold nothing but grey.
    """

    height: int
    width: int
    grey: bool


def read_picture_header(path: Path) -> PictureHeader:
    """Reads no more than a picture's size and kind.

    Raises:
        UnreadableError: no picture, or one of more pixels than Pillow deems safe.
    """
    with open_picture(path) as image:
        width, height = image.size
        grey = is_grey_mode(image.mode)
        return PictureHeader(width, height, grey) if is_rotated_sideways(image) else PictureHeader(height, width, grey)


def read_picture(path: Path, size: tuple[int, int], colour: str) -> npt.NDArray[np.uint8]:
    """Reads a picture, turns it upright and fits it to a size by scaling and cropping round its centre.

    Transparency is laid on white, 16-bit grey becomes 8-bit, and of several frames the first is taken.

    Args:
        path: the file.
        size: (height, width) of the result.
        colour: "grey" or "rgb".

    Returns:
        (channels, height, width), 1 channel or 3.

    Raises:
        UnreadableError: no picture, a damaged one, or one of more pixels than Pillow deems safe.
    """
    height, width = size
    with open_picture(path) as image:
        image.draft(
            None, (2 * max(size), 2 * max(size))
        )  # a JPEG decodes to half its size or less, several times faster
        image.load()
        turned = to_eight_bit(apply_orientation(image)).convert("L" if colour == "grey" else "RGB")
        fitted = turned if turned.size == (width, height) else _fitted(turned, width, height)
        pixels = np.asarray(fitted, dtype=np.uint8)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


@contextmanager
def open_picture(path: Path, *, large: bool = False) -> Generator[Image.Image]:
    """Opens a picture; whatever goes wrong inside the block becomes `UnreadableError`.

    Args:
        path: the file.
        large: take up to twice the pixels that Pillow deems safe without asking, 179 million: a poster at 300 dpi.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not large:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=formats()) as image:
                yield image
        except Exception as error:  # hostile files make Pillow raise almost anything: struct.error, KeyError, …
            raise UnreadableError(_reason(error, 2 if large else 1)) from error


def _reason(error: Exception, times: int) -> str:
    if isinstance(error, AutoencodeError):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "no picture in a format that is read"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"more than {times * (Image.MAX_IMAGE_PIXELS or 0):,} pixels, too many to be safe"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines()
    return f"damaged: {lines[0] if lines else type(error).__name__}"


def is_rotated_sideways(image: Image.Image) -> bool:
    """Whether the picture changes its height and width when it is turned upright."""
    try:  # Pillow turns the size of a TIFF by itself
        return image.format != "TIFF" and image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except Exception:  # a damaged note about the camera does not spoil the picture
        return False


def apply_orientation(image: Image.Image) -> Image.Image:
    """A loaded picture turned as its camera says."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as above; the pixels were read before
        return image


def _fitted(image: Image.Image, width: int, height: int) -> Image.Image:
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
