"""Originals above their reconstructions."""

from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.stacked import stacked


def pairs(
    originals: Float[Tensor, "n channels height width"],
    reconstructions: Float[Tensor, "n channels height width"],
    columns: int = 10,
    scale: int | None = None,
) -> Image.Image:
    """Blocks of two rows: originals above, their reconstructions below.

    Args:
        originals: in [0, 1].
        reconstructions: of the same examples, in the same order.
        columns: pairs in a block.
        scale: how often each pixel is repeated; by default small pictures are enlarged to about 72 pixels.

    Returns:
        A picture of mode LA (grey) or RGBA, transparent between the pictures.

    Raises:
        ShapeError: the two differ in shape, or hold no pictures.
    """
    if originals.shape != reconstructions.shape:
        raise ShapeError(
            f"originals {tuple(originals.shape)} and reconstructions {tuple(reconstructions.shape)} must have one shape"
        )
    return stacked([originals, reconstructions], columns, scale)
