"""Many small pictures as one."""

import math

from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.evaluation.figures.tiles import laid, tiles
from autoencode.evaluation.report.embedding import picture_uri

_SIDE = 48
"""Pixels; larger pictures are shrunk to it."""


def sprite(pictures: Float[Tensor, "n channels height width"]) -> dict[str, str | int]:
    """One sheet, row by row without gaps, as a `data:` address with the sizes that find each picture on it."""
    sheet, (height, width) = _sheet(pictures)
    columns = sheet.width // width
    return {"uri": picture_uri(sheet), "columns": columns, "width": width, "height": height}


def _sheet(pictures: Tensor) -> tuple[Image.Image, tuple[int, int]]:
    drawn = tiles(pictures, scale=1)
    height, width = drawn.shape[1:3]
    columns = math.ceil(math.sqrt(len(drawn)))
    places = [(i % columns * width, i // columns * height) for i in range(len(drawn))]
    sheet = laid(drawn, places).convert("RGB" if drawn.shape[3] == 4 else "L")
    factor = _SIDE / max(height, width)
    if factor >= 1:
        return sheet, (height, width)
    small = max(1, round(height * factor)), max(1, round(width * factor))
    rows = sheet.height // height
    return sheet.resize((columns * small[1], rows * small[0]), Image.Resampling.BOX), small
