"""A picture at its full size as the bytes of a file."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from autoencode.data.images.full_picture import FullPicture
from autoencode.errors import DataError

_WITHOUT_ALPHA = {".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP"}
_FORMATS = {".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", **_WITHOUT_ALPHA}
MARK = b"Made by autoencode"
"""Stands near the beginning or the end of each file: what autoencode did not write, it does not replace."""
_JPEG_HEADER = 20
"""Bytes with which a JPEG file begins, before its first other segment."""
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95},
    "TIFF": {"compression": "tiff_adobe_deflate"},
}


def output_picture_name(name: Path, *, alpha: bool) -> Path:
    """The name under which a copy of a picture is written: its own, or one in .png where that kind is not written.

    Args:
        name: the file's.
        alpha: whether the picture has an alpha channel, which JPEG and BMP cannot hold.

    Example:
        >>> [str(output_picture_name(Path(name), alpha=False)) for name in ("a.JPG", "b/c.gif")]
        ['a.JPG', 'b/c.png']
    """
    suffix = name.suffix.lower()
    fits = suffix in _FORMATS and not (alpha and suffix in _WITHOUT_ALPHA)
    return name if fits else name.with_suffix(".png")


def encode_picture(picture: FullPicture, suffix: str) -> bytes:
    """The content of a file: PNG, TIFF and BMP without loss, JPEG and WebP of quality 95.

    DPI and colour profile go along where the format has a place for them.

    Args:
        picture: what it shows.
        suffix: of the file's name, with its dot.

    Raises:
        DataError: the format cannot hold it, such as a WebP of more than 16,383 pixels a side.
    """
    kind, file = _FORMATS[suffix.lower()], io.BytesIO()
    kept = {"dpi": picture.dpi, "icc_profile": picture.profile, **_mark_option(kind)}
    options = {**_OPTIONS.get(kind, {}), **{name: value for name, value in kept.items() if value}}
    try:
        _as_image(picture).save(file, kind, **options)
    except Exception as error:  # Pillow's encoders raise almost anything
        raise DataError(f"cannot be written as {kind}: {error}") from error
    return _marked(file.getvalue(), kind)


def _mark_option(kind: str) -> dict[str, Any]:
    """The mark where Pillow writes it at the end of a file."""
    if kind == "PNG":
        chunks = PngImagePlugin.PngInfo()
        chunks.add(b"tEXt", b"Comment\0" + MARK, after_idat=True)
        return {"pnginfo": chunks}
    if kind == "WEBP":
        exif = Image.Exif()
        exif[ExifTags.Base.Software] = MARK.decode()
        return {"exif": exif}
    return {}


def _marked(content: bytes, kind: str) -> bytes:
    """The mark in other formats: a comment in a JPEG; after the end, which readers ignore, in TIFF and BMP."""
    if kind == "JPEG":
        segment = b"\xff\xfe" + (len(MARK) + 2).to_bytes(2) + MARK
        return content[:_JPEG_HEADER] + segment + content[_JPEG_HEADER:]
    return content + MARK if kind in ("TIFF", "BMP") else content


def _as_image(picture: FullPicture) -> Image.Image:
    layers = [*picture.colour, *([] if picture.alpha is None else [picture.alpha])]
    return Image.fromarray(layers[0] if len(layers) == 1 else np.stack(layers, axis=-1))
