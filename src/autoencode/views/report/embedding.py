"""Pictures and charts inside the page itself."""

from matplotlib.figure import Figure as Chart
from PIL import Image

from autoencode.views.figures import svg
from autoencode.views.figures.rendering import Drawing
from autoencode.views.pages import picture_uri, uri

_WIDEST = 1800
"""Pixels; larger pictures are shrunk, smaller ones enlarged by a whole number, so that pixels have sharp edges."""


def data_uri(drawing: Drawing) -> str:
    """The drawing as the `src` of an <img>: charts as SVG, pictures as PNG or, if that is too large, as WebP."""
    if isinstance(drawing, Chart):
        return uri("image/svg+xml", svg(drawing).encode())
    picture = _shrunk(drawing)
    return picture_uri(_repeated(picture), picture)


def _shrunk(picture: Image.Image) -> Image.Image:
    if max(picture.size) <= _WIDEST:
        return picture
    small = picture.copy()
    small.thumbnail((_WIDEST, _WIDEST), Image.Resampling.LANCZOS)
    return small


def _repeated(picture: Image.Image) -> Image.Image:
    times = max(1, _WIDEST // max(picture.size))
    return picture.resize((times * picture.width, times * picture.height), Image.Resampling.NEAREST)


def size(drawing: Drawing) -> tuple[int, int]:
    """Width and height on the page, in CSS pixels."""
    if isinstance(drawing, Chart):
        width, height = drawing.get_size_inches()
        return round(96 * width), round(96 * height)
    return _shrunk(drawing).size
