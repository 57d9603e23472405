"""Fully connected layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

from autoencode.nn.linear import Linear

Activation = Callable[[], nn.Module]


def relu() -> nn.Module:
    """A ReLU in place of its input, which the layer before has no more use for: less memory to write and to read."""
    return nn.ReLU(inplace=True)


def dense_stack(widths: Sequence[int], activation: Activation = relu) -> nn.Sequential:
    """Linear layers from `widths[0]` to `widths[-1]`, each followed by an activation.

    `nn.GLU` makes gated layers, (W x + b) · sigmoid(V x + c) (Dauphin et al., "Language modeling with gated
    convolutional networks", ICML 2017, equation 1): its linear layers have twice the units, as it halves them.

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
