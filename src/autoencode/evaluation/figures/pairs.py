"""Originals above their reconstructions."""

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.evaluation.figures.tiles import Place, laid, tiles

_GAP, _BLOCK_GAP = 4, 20


def pairs(
    originals: Float[Tensor, "n channels height width"],
    reconstructions: Float[Tensor, "n channels height width"],
    columns: int = 10,
    scale: int | None = None,
) -> Image.Image:
    """Blocks of two rows: originals above, what the model makes of their codes below.

    Args:
        originals: in [0, 1].
        reconstructions: of the same examples, in the same order.
        columns: pairs in a block.
        scale: how often each pixel is repeated; by default small pictures are brought to about 72 pixels.

    Returns:
        A picture of mode LA (grey) or RGBA, transparent between the pictures.

    Raises:
        ShapeError: the two differ in shape, or hold no pictures.
    """
    if originals.shape != reconstructions.shape:
        raise ShapeError(
            f"originals {tuple(originals.shape)} and reconstructions {tuple(reconstructions.shape)} must have one shape"
        )
    pictures = tiles(torch.cat([originals, reconstructions]), scale)
    places = [_place(i, columns, pictures.shape[1], pictures.shape[2]) for i in range(len(originals))]
    below = [(x, y + pictures.shape[1] + _GAP) for x, y in places]
    return laid(pictures, places + below)


def _place(i: int, columns: int, height: int, width: int) -> Place:
    """Of an original; its reconstruction lies straight below."""
    block = 2 * height + _GAP + _BLOCK_GAP
    return i % columns * (width + _GAP), i // columns * block
