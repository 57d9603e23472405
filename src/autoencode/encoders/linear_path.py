"""An encoder with a linear path beside its network."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import linear


class LinearPathEncoder(nn.Module):
    """The features of a network, and linear codes beside them: x → (network(x), s · W (x − mean)).

    The weights W are stored in units in which their entries are about 1, so that one learning rate suits them and the
    network: the scales s hold the rest, and are not learned.

    Args:
        network: (batch, *data_shape) → (batch, features).
        features: of the network.
        data_shape: shape of one example.
        codes: how many linear codes.
        dropout: share of the network's features that are set to 0 in training, by chance.

    Example:
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 8))
        >>> LinearPathEncoder(network, 8, (1, 2, 2), 3)(torch.zeros(5, 1, 2, 2)).shape
        torch.Size([5, 11])
    """

    mean: Tensor
    scale: Tensor
    begun: Tensor

    def __init__(
        self, network: nn.Module, features: int, data_shape: Sequence[int], codes: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        values = math.prod(data_shape)
        self.network, self.dropout = network, nn.Dropout(dropout)
        self.weight = nn.Parameter(torch.zeros(codes, values))
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("scale", torch.full((codes,), values**-0.5))
        self.register_buffer("begun", torch.zeros(()))
        self.out_features = features + codes

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """(batch, *data_shape) to (batch, out_features), the linear codes last."""
        codes = linear(x.flatten(1) - self.mean, self.weight, None) * self.scale
        return torch.cat([self.dropout(self.network(x)), codes], -1)
