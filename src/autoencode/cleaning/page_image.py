"""One page or photograph as pixels, with what a cleaned copy of it should keep."""

import io
import math
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps

from autoencode.errors import DataError
from autoencode.storage import open_regular

Bytes = npt.NDArray[np.uint8]
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "DIB", "GIF", "PPM", "JPEG2000", "AVIF")
MOST_PIXELS = 178_956_970
_DEEP = {"I;16", "I;16B", "I;16L", "I"}


@dataclass(frozen=True, eq=False)
class PageImage:
    """A page as pixels.

    Args:
        pixels: (height, width) or (height, width, 3), 8 bits.
        alpha: how opaque each pixel is, (height, width), or None.
        bilevel: whether the file knows black and white alone.
        dpi: pixels for an inch, along x and y, or None.
        profile: the ICC profile that says what the colours mean, or None.
        notes: what was lost in reading, a line each.
    """

    pixels: Bytes
    alpha: Bytes | None = None
    bilevel: bool = False
    dpi: tuple[float, float] | None = None
    profile: bytes | None = None
    notes: tuple[str, ...] = ()

    def with_pixels(self, pixels: Bytes) -> "PageImage":
        """The same page with other pixels."""
        return replace(self, pixels=pixels)

    def to_pillow(self) -> Image.Image:
        """The page for Pillow: 1, L, RGB, LA or RGBA."""
        image = Image.fromarray(self.pixels)
        if self.alpha is not None:
            image.putalpha(Image.fromarray(self.alpha))
        return image.convert("1", dither=Image.Dither.NONE) if self.bilevel and self.alpha is None else image


def from_pillow(image: Image.Image) -> PageImage:
    """A page from an image that is not loaded yet; upright, 8 bits, grey or RGB.

    Args:
        image: of any mode that pages have.

    Raises:
        DataError: too many pixels, or of real numbers, whose black and white are not known.
    """
    if image.mode == "F":
        raise DataError("its pixels are real numbers, and what is white is not known: save it with 8 or 16 bits")
    if image.width * image.height > MOST_PIXELS:
        raise DataError(
            f"it has {image.width:,} by {image.height:,} pixels, and {MOST_PIXELS:,} in all is the most: cut it up"
        )
    notes = tuple(_lost(image))
    dpi, mode = _dpi(image), image.mode
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size and dpi is not None:
        dpi = (dpi[1], dpi[0])
    alpha = np.array(upright.convert("RGBA").getchannel("A")) if image.has_transparency_data else None
    pixels = _pixels(upright)
    fits = isinstance(profile, bytes) and profile[16:20] == (b"GRAY" if pixels.ndim == 2 else b"RGB ")
    return PageImage(pixels, alpha, mode == "1", dpi, profile if fits else None, notes)


def _lost(image: Image.Image) -> Iterator[str]:
    if image.mode in _DEEP:
        yield "more than 8 bits a pixel became 8"
    if image.mode == "CMYK":
        yield "CMYK became RGB"


def _pixels(image: Image.Image) -> Bytes:
    if image.mode in _DEEP:
        deep = np.asarray(image).astype(np.float64)
        return np.clip(deep / 257 + 0.5, 0, 255).astype(np.uint8)
    if image.mode in ("1", "L", "LA", "La"):
        return np.array(image.convert("L"))
    colour = np.array(_rgb(image))
    grey = image.mode in ("P", "PA") and bool((colour[..., :1] == colour).all())
    return np.ascontiguousarray(colour[..., 0]) if grey else colour


def _rgb(image: Image.Image) -> Image.Image:
    """CMYK by its profile, where it has one that works."""
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and profile:
        try:
            inks, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, inks, screen, outputMode="RGB") or image.convert("RGB")
        except Exception:  # a damaged profile, or a Pillow without colour management
            return image.convert("RGB")
    return image.convert("RGBA").convert("RGB") if image.mode in ("P", "PA") else image.convert("RGB")


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    try:
        x, y = (float(number) for number in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    return (x, y) if all(math.isfinite(number) and 1 <= number <= 65_535 for number in (x, y)) else None


@contextmanager
def opened(source: Path | bytes) -> Generator[Image.Image]:
    """Opens a picture from a file or its bytes; only plain raster formats, and no more pixels than are safe.

    Raises:
        DataError: it is no picture, or damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a damaged tag of a TIFF is no reason not to read it
        try:
            # Pillow would wait for ever at a pipe, and leaves a file that cannot be read open.
            data = io.BytesIO(source) if isinstance(source, bytes) else open_regular(source, follow=True)
            with data as file, Image.open(file, formats=FORMATS) as image:
                yield image
        except DataError:
            raise
        except Image.DecompressionBombError as error:
            raise DataError(f"it has more than {MOST_PIXELS:,} pixels: cut it up") from error
        except Exception as error:  # Pillow's readers raise almost anything for damaged files
            raise DataError(f"no picture that can be read: {str(error).splitlines()[0][:200] or 'damaged'}") from error
