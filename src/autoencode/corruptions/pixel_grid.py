"""Where the pixels of a picture are."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


class PixelGrid(NamedTuple):
    """Pixels' places in units of the shorter side, so that a stain has the same look at every resolution.

    Args:
        x: from the left edge, (1, 1, 1, width).
        y: from the upper edge, (1, 1, height, 1).
        width: of the picture; 1 or more.
        height: of the picture; 1 or more.
        pixel: the side of a pixel.
    """

    x: Tensor
    y: Tensor
    width: float
    height: float
    pixel: float


def pixel_grid(pictures: Float[Tensor, "batch channels height width"]) -> PixelGrid:
    """The places of the pixels' centres, on the pictures' device."""
    height, width = pictures.shape[2:]
    pixel = 1 / min(height, width)
    x, y = (
        (torch.arange(side, dtype=pictures.dtype, device=pictures.device) + 0.5) * pixel for side in (width, height)
    )
    return PixelGrid(x[None, None, None], y[None, None, :, None], width * pixel, height * pixel, pixel)
