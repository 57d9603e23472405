"""Blocks that know no probability: tensors in, tensors out."""

from autoencode.nn.conditional import Conditional, apply
from autoencode.nn.dense import dense_stack
from autoencode.nn.layered import Layered
from autoencode.nn.precision import full_precision
from autoencode.nn.residual import ResidualBlock
from autoencode.nn.sizes import halved, sizes_after

__all__ = [
    "Conditional",
    "Layered",
    "ResidualBlock",
    "apply",
    "dense_stack",
    "full_precision",
    "halved",
    "sizes_after",
]
