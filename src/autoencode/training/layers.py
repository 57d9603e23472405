"""Which layers this library computes itself."""

from torch import nn

from autoencode.kernels import are_products_faster, build_kernels, suits_convolutions, suits_products
from autoencode.nn import Conv, Linear, NarrowConv, PooledConv, TransposedConv, UpsampledConv


def is_ours(layer: nn.Module, precision: str) -> bool:
    """Whether kernels of our own compute this layer here. The first call may compile them, and may measure.

    Args:
        layer: of a model.
        precision: float32 or bfloat16.
    """
    if not may_be_ours(layer, precision) or not build_kernels():
        return False
    return not isinstance(layer, Linear) or precision != "float32" or are_products_faster()


def may_be_ours(layer: nn.Module, precision: str) -> bool:
    """Whether kernels of our own can compute this layer faster here, once they are compiled (`autoencode.kernels`).

    Args:
        layer: of a model.
        precision: float32 or bfloat16.
    """
    if isinstance(layer, Linear):
        return suits_products(precision)
    return isinstance(layer, Conv | NarrowConv | PooledConv | TransposedConv | UpsampledConv) and suits_convolutions(
        precision
    )
