"""Photographs of any size as files: their pixels and what else their bytes hold, or why they are stored as they are."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from autoencode.compression.container import Json
from autoencode.compression.originals import PLAIN, Bytes, picture_bytes
from autoencode.data.images.deep_colours import loses_bits
from autoencode.data.images.picture import UnreadableError, open_picture

_START = 128
"""Bytes at the beginning of a picture's file that may be other than Pillow would write them, such as its resolution."""
_COLOURS = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB"}
"""Pillow's kinds of pictures with 8 bits a channel or fewer, and how they are coded."""
_PHOTOGRAPHS = ("JPEG", "MPO")
_MAX_PROFILE = 1 << 20


@dataclass(frozen=True, eq=False)
class Photograph:
    """A picture that is coded by its pixels.

    Args:
        pixels: (height, width) or (height, width, 3), uint8.
        form: what else its file needs, as JSON can hold it.
    """

    pixels: Bytes
    form: Json


@dataclass(frozen=True)
class NotCoded:
    """Why a file is stored as it is.

    Args:
        reason: in a few words.
    """

    reason: str


def read_photograph(file: Path, *, pixels_only: bool = False) -> Photograph | NotCoded:
    """A picture whose file comes back byte for byte, or, by its pixels only, as a PNG that looks the same.

    Args:
        file: a picture, grey or in colour, with 8 bits a channel.
        pixels_only: whether a picture in another lossless format counts as its pixels.
    """
    try:
        with open_picture(file, large=True) as image:
            written = str(image.format)
            if reason := _why_not(image):
                return NotCoded(reason)
            if written in _PHOTOGRAPHS:
                return NotCoded("JPEG, which has fewer bytes than its pixels would take; --quality codes it with loss")
            if written not in PLAIN and not pixels_only:
                return NotCoded(
                    f"{written}, whose bytes depend on the program that wrote them; --pixels-only codes its pixels"
                )
            if written not in PLAIN or (pixels_only and image.mode in ("1", "P")):
                return _as_png(image)
            if image.mode not in ("L", "RGB"):
                return NotCoded("palettes, or black and white; --pixels-only codes their pixels")
            pixels = np.asarray(image)
    except UnreadableError as error:
        return NotCoded(str(error))
    return _exact(file, pixels, written)


def _exact(file: Path, pixels: Bytes, written: str) -> Photograph | NotCoded:
    form: Json = {"type": "picture", "format": written, "shape": list(pixels.shape)}
    found, wanted = picture_bytes(pixels, form), file.read_bytes()
    if found == wanted:
        return Photograph(pixels, form)
    form["start"] = base64.b64encode(wanted[:_START]).decode()
    if found[_START:] == wanted[_START:] and len(found) == len(wanted):
        return Photograph(pixels, form)
    return NotCoded(f"{written} that is packed, or has more in it than pixels; --quality codes it with loss")


def read_pixels(file: Path) -> Photograph | NotCoded:
    """A picture's pixels the right way up, and the form of a PNG.

    Args:
        file: a picture, grey or in colour, without transparency.
    """
    try:
        with open_picture(file, large=True) as image:
            reason = _why_not(image)
            return NotCoded(reason) if reason else _as_png(image)
    except UnreadableError as error:
        return NotCoded(str(error))


def _why_not(image: Image.Image) -> str:
    """Why neither model codes a picture, or nothing."""
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        return "several frames or pages"
    if image.has_transparency_data:
        return "transparency"
    if image.mode == "F" or image.mode.startswith("I") or loses_bits(image):
        return "more than 8 bits a channel"
    return "" if image.mode in _COLOURS else f"colours in {image.mode}, which are neither grey nor RGB"


def _as_png(image: Image.Image) -> Photograph:
    profile = _colour_profile(image)
    upright = ImageOps.exif_transpose(image)
    pixels = np.asarray(upright.convert(_COLOURS[image.mode]))
    form: Json = {"type": "picture", "format": "PNG", "shape": list(pixels.shape)}
    return Photograph(pixels, form | ({"profile": base64.b64encode(profile).decode()} if profile else {}))


def _colour_profile(image: Image.Image) -> bytes:
    """What its colours mean, where they are not those of sRGB."""
    profile = image.info.get("icc_profile") or b""
    try:
        name = ImageCms.getProfileDescription(io.BytesIO(profile)) if 0 < len(profile) <= _MAX_PROFILE else "sRGB"
    except ImageCms.PyCMSError:
        return b""  # damaged: no program can follow it
    return b"" if "sRGB" in name else bytes(profile)
