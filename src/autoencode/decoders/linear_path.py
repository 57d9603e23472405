"""A decoder with a linear path beside its network."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import linear


class LinearPathDecoder(nn.Module):
    """A network's output added to a linear map of the code: z → network(z) + mean + W (s · z).

    As in `LinearPathEncoder`, the entries of W are about 1 and the scales s are not learned.

    Args:
        network: (batch, latent_dim) → (batch, *features_shape).
        latent_dim: dimensions of the latent code.
        features_shape: shape of the likelihood's features for one example.

    Example:
        >>> network = nn.Sequential(nn.Linear(3, 4), nn.Unflatten(1, (1, 2, 2)))
        >>> LinearPathDecoder(network, 3, (1, 2, 2))(torch.zeros(5, 3)).shape
        torch.Size([5, 1, 2, 2])
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, network: nn.Module, latent_dim: int, features_shape: Sequence[int]) -> None:
        super().__init__()
        values = math.prod(features_shape)
        self.network, self.features_shape = network, tuple(features_shape)
        self.weight = nn.Parameter(torch.zeros(values, latent_dim))
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("scale", torch.full((latent_dim,), values**-0.5))

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch ..."]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        return self.network(z) + linear(z * self.scale, self.weight, self.mean).unflatten(1, self.features_shape)
