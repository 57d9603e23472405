"""Several versions of the same pictures, one above the other."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.tiles import Place, paste_tiles, room_for, tiles

_GAP, _BLOCK_GAP = 4, 20


def stacked(
    rows: Sequence[Float[Tensor, "n channels height width"]], columns: int = 10, scale: int | None = None
) -> Image.Image:
    """Blocks of as many rows as are given; the pictures of one example are in one column.

    Args:
        rows: pictures in [0, 1] of the same examples in the same order, the top row first.
        columns: examples in a block; more if there are very many.
        scale: how often each pixel is repeated; by default small pictures are enlarged to about 72 pixels.

    Returns:
        A picture of mode LA (grey) or RGBA, transparent between the pictures.

    Raises:
        ShapeError: the rows differ in shape, or hold no pictures.
    """
    if len({tuple(row.shape) for row in rows}) != 1:
        raise ShapeError(f"rows of pictures must have one shape, not {' and '.join(str(tuple(r.shape)) for r in rows)}")
    n = len(rows[0])
    columns = max(columns, math.ceil(math.sqrt(n * len(rows) / 4)))
    blocks = -(-n // columns) or 1
    room = room_for(max(1, min(n, columns)), blocks * len(rows), _GAP + _BLOCK_GAP // len(rows))
    pictures = tiles(torch.cat(list(rows)), scale, room)
    _, height, width, _ = pictures.shape
    block = len(rows) * (height + _GAP) - _GAP + _BLOCK_GAP
    places: list[Place] = [
        (i % columns * (width + _GAP), i // columns * block + row * (height + _GAP))
        for row in range(len(rows))
        for i in range(n)
    ]
    return paste_tiles(pictures, places)
