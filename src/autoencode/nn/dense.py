"""Fully connected layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

Activation = Callable[[], nn.Module]


def dense_stack(widths: Sequence[int], activation: Activation = nn.ReLU) -> nn.Sequential:
    """Linear layers from `widths[0]` to `widths[-1]`, each followed by an activation.

    Example:
        >>> dense_stack([784, 256])
        Sequential(
          (0): Linear(in_features=784, out_features=256, bias=True)
          (1): ReLU()
        )
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers)
