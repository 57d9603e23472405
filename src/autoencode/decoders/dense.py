"""A fully connected decoder, for data of any shape."""

import math
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.dense import Activation, Linear, dense_stack, relu


class DenseDecoder(nn.Module):
    """Fully connected layers from a code to the likelihood's features.

    Args:
        latent_dim: dimensions of the latent code.
        widths: units of the hidden layers.
        features_shape: shape of the likelihood's features for one example.
        activation: makes the activation after each hidden layer.

    Example:
        >>> import torch
        >>> DenseDecoder(2, [256], (1, 28, 28))(torch.zeros(5, 2)).shape
        torch.Size([5, 1, 28, 28])
    """

    def __init__(
        self, latent_dim: int, widths: Sequence[int], features_shape: Sequence[int], activation: Activation = relu
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *dense_stack([latent_dim, *widths], activation),
            Linear(widths[-1], math.prod(features_shape)),
            nn.Unflatten(1, tuple(features_shape)),
        )

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch ..."]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        return self.layers(z)
