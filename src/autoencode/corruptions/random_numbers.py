"""Random numbers for each picture and each pixel."""

import torch
from jaxtyping import Float
from torch import Tensor


def uniform_per_pixel(x: Float[Tensor, "batch *shape"]) -> Tensor:
    """Uniform numbers, one for all channels of a pixel: (batch, 1, height, width), or (batch, d) for vectors."""
    return torch.rand_like(x[:, :1] if x.ndim == 4 else x)


def uniform_per_picture(x: Float[Tensor, "batch channels height width"], low: float = 0.0, high: float = 1.0) -> Tensor:
    """A number for each picture, (batch, 1, 1, 1)."""
    return x.new_empty((len(x), 1, 1, 1)).uniform_(low, high)
