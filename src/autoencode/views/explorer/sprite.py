"""All thumbnails in one picture."""

import math

from jaxtyping import Float
from torch import Tensor

from autoencode.views.pages import fitting, picture_uri, sheet

_SIDE = 48
"""Pixels; larger pictures are shrunk to this."""


def sprite(pictures: Float[Tensor, "n channels height width"]) -> dict[str, str | int]:
    """Thumbnails row by row without gaps, as a `data:` URI with the sizes that locate each one."""
    (width, height), columns = fitting(pictures, _SIDE), math.ceil(math.sqrt(len(pictures)))
    drawn = sheet(pictures, (width, height), columns)
    return {"uri": picture_uri(drawn), "columns": columns, "width": width, "height": height}
