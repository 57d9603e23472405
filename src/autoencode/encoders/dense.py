"""A fully connected encoder, for data of any shape."""

import math
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.dense import Activation, dense_stack, relu


class DenseEncoder(nn.Module):
    """Flattens an example and passes it through fully connected layers.

    Args:
        data_shape: shape of one example.
        widths: units of each layer.
        activation: makes the activation after each layer.

    Example:
        >>> import torch
        >>> DenseEncoder((1, 28, 28), [256])(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 256])
    """

    def __init__(self, data_shape: Sequence[int], widths: Sequence[int], activation: Activation = relu) -> None:
        super().__init__()
        self.out_features = widths[-1]
        self.layers = dense_stack([math.prod(data_shape), *widths], activation)

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """(batch, *data_shape) to (batch, out_features)."""
        return self.layers(x.flatten(1))
