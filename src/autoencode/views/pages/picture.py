"""A picture inside a page."""

import io

from PIL import Image

from autoencode.views.figures import png
from autoencode.views.pages.packing import uri

_MAX_PNG_BYTES = 600_000
"""Bytes; a picture that takes more as PNG is compressed as WebP, without visible loss."""


def picture_uri(picture: Image.Image, small: Image.Image | None = None) -> str:
    """A picture as the `src` of an <img>: as PNG or, if that is too large, it or a smaller version as WebP."""
    exact = png(picture)
    if len(exact) <= _MAX_PNG_BYTES:
        return uri("image/png", exact)
    file = io.BytesIO()
    (small or picture).convert("RGBA").save(file, format="webp", quality=85)
    return uri("image/webp", file.getvalue())
