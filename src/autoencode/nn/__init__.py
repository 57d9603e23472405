"""Blocks that know no probability: tensors in, tensors out."""

from autoencode.nn.conditional import Conditional, apply
from autoencode.nn.dense import dense_stack
from autoencode.nn.residual import ResidualBlock
from autoencode.nn.sizes import halved, sizes_after

__all__ = ["Conditional", "ResidualBlock", "apply", "dense_stack", "halved", "sizes_after"]
