"""A decoder that is one linear map."""

import math
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.linear import Linear


class LinearDecoder(nn.Module):
    """W z + b, in the shape that the likelihood wants.

    Args:
        latent_dim: numbers in a code.
        features_shape: what the likelihood wants for one example.

    Example:
        >>> import torch
        >>> LinearDecoder(2, (1, 28, 28))(torch.zeros(5, 2)).shape
        torch.Size([5, 1, 28, 28])
    """

    def __init__(self, latent_dim: int, features_shape: Sequence[int]) -> None:
        super().__init__()
        self.linear = Linear(latent_dim, math.prod(features_shape))
        self.features_shape = tuple(features_shape)

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch ..."]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        return self.linear(z).unflatten(1, self.features_shape)
