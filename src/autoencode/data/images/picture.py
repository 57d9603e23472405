"""One picture from a file that is not trusted."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import Transpose

from autoencode.data.images.complete import load_completely
from autoencode.data.images.deep_colours import has_deep_colours, loses_bits, read_deep_colours
from autoencode.data.images.formats import Depth, Numbers, depth_of, formats, is_grey_mode, to_planes
from autoencode.errors import AutoencodeError
from autoencode.storage import open_regular

_LONGEST_SIDE = 65_535
_ORIENTATION = 0x0112
_MOST_PAGES = 100_000
_FIRST_TAKEN = "of several frames or pages the first was taken"
FEWER_BITS = "more than 8 bits a channel became 8"
SIDEWAYS = (5, 6, 7, 8)
"""The EXIF orientations whose height and width change places when a picture is made upright."""
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What makes a picture of each EXIF orientation upright."""


_TRIED_SIDE = 256
"""A JPEG is tried at about this size: all its data are decoded, and fewer pixels computed."""


class UnreadableError(Exception):
    """A file that is no readable picture; the reason in one line. It never leaves the package."""


class PictureHeader(NamedTuple):
    """What a picture file says about itself before its pixels.

    Args:
        height: in pixels, once it is upright.
        width: in pixels, once it is upright.
        grey: whether it can hold nothing but grey.
        depth: what its numbers are.
        lost: what is lost in reading, a few words each.
    """

    height: int
    width: int
    grey: bool
    depth: Depth = Depth.BYTES
    lost: tuple[str, ...] = ()


def read_picture_header(path: Path) -> PictureHeader:
    """Reads no more than a picture's size and kind; nothing is decoded.

    Raises:
        UnreadableError: no picture, or one of more pixels than Pillow deems safe.
    """
    with open_picture(path) as image:
        return _header(image)


def try_picture(content: bytes) -> PictureHeader:
    """Decodes a whole picture to see whether it is one, and keeps what it says about itself.

    Args:
        content: of a file.

    Raises:
        UnreadableError: no picture, a damaged one, or one of more pixels than Pillow deems safe.
    """
    with open_picture(content) as image:
        header = _header(image)
        image.draft(None, (_TRIED_SIDE, _TRIED_SIDE))
        load_completely(image, content)
        return header


def read_page_headers(path: Path) -> list[PictureHeader]:
    """The same of every page of a TIFF file, and of the one picture of any other.

    Raises:
        UnreadableError: no picture, one of more pixels than Pillow deems safe, or of more than 100,000 pages.
    """
    with open_picture(path) as image:
        pages = _page_count(image)
        if pages > _MOST_PAGES:
            raise UnreadableError(f"{pages:,} pages, more than {_MOST_PAGES:,}")
        return [_page_header(image, page) for page in range(pages)]


def _page_header(image: Image.Image, page: int) -> PictureHeader:
    if page:
        image.seek(page)
    header = _header(image)
    return header._replace(lost=tuple(words for words in header.lost if words != _FIRST_TAKEN or not _is_stack(image)))


def _is_stack(image: Image.Image) -> bool:
    return image.format == "TIFF"


def _page_count(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1)) if _is_stack(image) else 1


def _header(image: Image.Image) -> PictureHeader:
    width, height = image.size
    if orientation(image) in SIDEWAYS:
        width, height = height, width
    depth, lost = _own_depth(image), what_is_lost(image)
    if depth is not depth_of(image):
        lost = tuple(words for words in lost if words != FEWER_BITS)
    return PictureHeader(height, width, is_grey_mode(image.mode), depth, lost)


def _own_depth(image: Image.Image) -> Depth:
    """What the file of a picture that is not loaded yet holds, as far as it can be read."""
    return Depth.WORDS if has_deep_colours(image) else depth_of(image)


def what_is_lost(image: Image.Image) -> tuple[str, ...]:
    """What reading a picture that is not loaded yet as grey or colour loses, in a few words each."""
    several = image.format != "MPO" and getattr(image, "is_animated", False)  # an MPO's others are a camera's own
    lost = {
        FEWER_BITS: loses_bits(image),
        "CMYK became RGB": image.mode == "CMYK",
        _FIRST_TAKEN: several,
        "transparency was blended with white": image.has_transparency_data,
    }
    return tuple(words for words, happens in lost.items() if happens)


def read_picture(
    source: Path | bytes,
    size: tuple[int, int],
    colour: str,
    depth: Depth | None = None,
    page: int = 0,
    *,
    fit: str = "crop",
) -> Numbers:
    """Reads a picture, makes it upright and fits it to a size by scaling and cropping round its centre, or with bars.

    Transparency is blended with white, and of several frames the first is taken.

    Args:
        source: the file, or its content.
        size: (height, width) of the result.
        colour: "grey" or "rgb".
        depth: what the numbers of the result shall be; None for those of the file. Numbers of 16 bits and of floating
            point are not scaled, so that the range of all pictures can decide what is white.
        page: of a TIFF file, counted from 0.
        fit: "crop", or "letterbox" for black bars.

    Returns:
        (channels, height, width), 1 channel or 3: uint8, or float32 for numbers that are no bytes.

    Raises:
        UnreadableError: no picture, a damaged one, one of more pixels than Pillow deems safe, or one of another depth.
    """
    height, width = size
    with open_picture(source) as image:
        if page:
            image.seek(page)
        turn, grey = orientation(image), colour == "grey"
        depth = _checked_depth(_own_depth(image), depth)
        deep = source if isinstance(source, Path) and depth is Depth.WORDS and has_deep_colours(image) else None
        # a JPEG decodes to half its size or less, several times faster
        image.draft(None, (2 * max(size), 2 * max(size)))
        load_completely(image, source if isinstance(source, bytes) else None)
        planes = read_deep_colours(deep, grey=grey) if deep else to_planes(image, depth, grey=grey)
        fitted = [_fitted(make_upright(plane, turn), width, height, fit) for plane in planes]
        pixels = np.dstack([np.asarray(part, np.uint8 if depth is Depth.BYTES else np.float32) for part in fitted])
    return np.broadcast_to(pixels.transpose(2, 0, 1), (1 if grey else 3, height, width))


def _fitted(image: Image.Image, width: int, height: int, fit: str) -> Image.Image:
    return image if image.size == (width, height) else _FIT[fit](image, width, height)


def _checked_depth(own: Depth, wanted: Depth | None) -> Depth:
    """The depth to read at.

    Raises:
        UnreadableError: the picture has no place on that scale.
    """
    if wanted is None or wanted is own:
        return own
    if Depth.FLOATS in (own, wanted):
        raise UnreadableError(f"{own.value} numbers among pictures of {wanted.value} ones: convert all to one kind")
    return wanted


@contextmanager
def open_picture(source: Path | bytes, *, large: bool = False) -> Generator[Image.Image]:
    """Opens a picture; whatever goes wrong inside the block becomes `UnreadableError`.

    Args:
        source: the file, or its content.
        large: take up to twice the pixels that Pillow deems safe without asking, 179 million: a poster at 300 dpi.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not large:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            if isinstance(source, Path):
                with open_regular(source, follow=True) as file:  # Pillow would wait for ever at a pipe,
                    file.read(1)  # and leave a file open that opens and cannot be read
            with Image.open(source if isinstance(source, Path) else BytesIO(source), formats=formats()) as image:
                if max(image.size) > _LONGEST_SIDE:
                    raise UnreadableError(f"a side of {max(image.size):,} pixels, more than {_LONGEST_SIDE:,}")
                yield image
        except UnreadableError:
            raise
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


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8 as EXIF counts, of a picture that is not loaded yet.

    Only what stands before the pixels is read: Pillow would decode all of a PNG to look for more behind them.
    """
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1  # Pillow makes a TIFF upright by itself
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a picture with damaged EXIF can be read
        return 1


def make_upright(image: Image.Image, orientation: int) -> Image.Image:
    """A loaded picture as its camera saw it."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _cropped(image: Image.Image, width: int, height: int) -> Image.Image:
    """The picture scaled and cropped."""
    return _within(image, ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS))


def _letterboxed(image: Image.Image, width: int, height: int) -> Image.Image:
    """The whole picture, scaled, in the middle of a black one."""
    scaled = _within(image, ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS))
    framed = Image.new(image.mode, (width, height))
    framed.paste(scaled, ((width - scaled.width) // 2, (height - scaled.height) // 2))
    return framed


_FIT = {"crop": _cropped, "letterbox": _letterboxed}


def _within(image: Image.Image, scaled: Image.Image) -> Image.Image:
    """Floating-point numbers within those of the picture, as bytes are."""
    if image.mode != "F":
        return scaled
    pixels = np.asarray(image)
    return Image.fromarray(np.asarray(scaled).clip(pixels.min(), pixels.max()))
