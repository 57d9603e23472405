"""Fully connected layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import linear
from autoencode.nn.precision import full_precision, is_autocast, without_autocast

_FULL_PRECISION_UP_TO = 128


class Linear(nn.Linear):
    """PyTorch's layer, faster on some CPUs (`autoencode.kernels`).

    With at most 128 inputs or outputs it stays in full precision under autocast, on any device: such layers are limited
    by memory rather than by arithmetic, and codes pass through them and would lose precision (docs/decisions/0016).
    """

    def forward(self, input: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        """(*, in_features) to (*, out_features)."""
        if min(self.in_features, self.out_features) > _FULL_PRECISION_UP_TO or not is_autocast(input.device):
            return linear(input, self.weight, self.bias)
        with without_autocast(input.device):
            return linear(full_precision(input), self.weight, self.bias)


Activation = Callable[[], nn.Module]


def relu() -> nn.Module:
    """An in-place ReLU: the layer before does not need its output, so this saves memory traffic."""
    return nn.ReLU(inplace=True)


def dense_stack(widths: Sequence[int], activation: Activation = relu) -> nn.Sequential:
    """Linear layers from `widths[0]` to `widths[-1]`, each followed by an activation.

    `nn.GLU` makes gated layers, (W x + b) · sigmoid(V x + c) (Dauphin et al., "Language modeling with gated
    convolutional networks", ICML 2017, equation 1): the linear layers have twice as many units, which it halves.

    Args:
        widths: units of the input and of each layer.
        activation: makes the activation after each layer.

    Example:
        >>> dense_stack([784, 256])
        Sequential(
          (0): Linear(in_features=784, out_features=256, bias=True)
          (1): ReLU(inplace=True)
        )
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [Linear(n_in, 2 * n_out if activation is nn.GLU else n_out), activation()]
    return nn.Sequential(*layers)
