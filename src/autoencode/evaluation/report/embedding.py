"""Pictures and charts inside the page itself."""

import base64
import io

from matplotlib.figure import Figure as Chart
from PIL import Image

from autoencode.evaluation.figures import png, svg
from autoencode.evaluation.figures.rendering import Drawing

_WIDEST = 1800
"""Pixels; larger pictures are shrunk, and each pixel of smaller ones repeated, so that any screen shows clean edges."""
_HEAVY = 600_000
"""Bytes; photographs that take more as PNG are compressed with a loss that nobody sees."""


def data_uri(drawing: Drawing) -> str:
    """The whole drawing as the `src` of an <img>: charts as SVG, pictures as PNG or, if that is heavy, as WebP."""
    if isinstance(drawing, Chart):
        return _uri("image/svg+xml", svg(drawing).encode())
    picture = _shrunk(drawing)
    exact = png(_repeated(picture))
    return _uri("image/png", exact) if len(exact) <= _HEAVY else _uri("image/webp", _webp(picture))


def picture_uri(picture: Image.Image) -> str:
    """A picture pixel for pixel as the `src` of an <img>: as PNG or, if that is heavy, as WebP."""
    exact = png(picture)
    return _uri("image/png", exact) if len(exact) <= _HEAVY else _uri("image/webp", _webp(picture))


def _shrunk(picture: Image.Image) -> Image.Image:
    if max(picture.size) <= _WIDEST:
        return picture
    small = picture.copy()
    small.thumbnail((_WIDEST, _WIDEST), Image.Resampling.LANCZOS)
    return small


def _repeated(picture: Image.Image) -> Image.Image:
    times = max(1, _WIDEST // max(picture.size))
    return picture.resize((times * picture.width, times * picture.height), Image.Resampling.NEAREST)


def _webp(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.convert("RGBA").save(file, format="webp", quality=85)
    return file.getvalue()


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def size(drawing: Drawing) -> tuple[int, int]:
    """Width and height on the page, in CSS pixels."""
    if isinstance(drawing, Chart):
        width, height = drawing.get_size_inches()
        return round(96 * width), round(96 * height)
    return _shrunk(drawing).size
