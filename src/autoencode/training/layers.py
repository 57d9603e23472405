"""Which layers this library computes itself."""

from torch import nn

from autoencode.kernels import suits_convolutions, suits_products
from autoencode.nn import Conv, Linear, NarrowConv, PooledConv, TransposedConv, UpsampledConv


def is_ours(layer: nn.Module, precision: str) -> bool:
    """Whether kernels of our own compute this layer faster here, if they are compiled (`autoencode.kernels`).

    Args:
        layer: of a model.
        precision: float32 or bfloat16.
    """
    if isinstance(layer, Linear):
        return suits_products(precision)
    return isinstance(layer, Conv | NarrowConv | PooledConv | TransposedConv | UpsampledConv) and suits_convolutions(
        precision
    )
