"""Pictures in rows and columns."""

import math

from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.views.figures.tiles import paste_tiles, room_for, tiles


def grid(
    images: Float[Tensor, "n channels height width"],
    columns: int | None = None,
    scale: int | None = None,
    gap: int = 2,
) -> Image.Image:
    """Pictures from left to right, then from top to bottom; transparent between them.

    Args:
        images: in [0, 1].
        columns: pictures in a row; by default as many as rows.
        scale: how often each pixel is repeated; by default small pictures are enlarged to about 72 pixels. Pictures
            become smaller where the sheet would be longer than 4096 pixels.
        gap: pixels between two pictures.

    Returns:
        A picture of mode LA (grey) or RGBA.

    Raises:
        ShapeError: no picture at all, or not four axes.

    Example:
        >>> import torch
        >>> grid(torch.rand(6, 1, 28, 28), columns=3, scale=2, gap=4).size
        (176, 116)
    """
    n = len(images)
    per_row = min(n, columns or math.ceil(math.sqrt(n))) or 1
    pictures = tiles(images, scale, room_for(per_row, math.ceil(n / per_row) or 1, gap))
    _, height, width, _ = pictures.shape
    places = [(i % per_row * (width + gap), i // per_row * (height + gap)) for i in range(n)]
    return paste_tiles(pictures, places)
