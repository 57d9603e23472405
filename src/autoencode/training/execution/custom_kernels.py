"""Which layers this library computes itself."""

from torch import nn

from autoencode.kernels import build_kernels, is_matmul_faster, suits_convolutions, suits_matmul
from autoencode.nn import Conv, FewOutputsConv, Linear, PooledConv, TransposedConv, UpsampledConv


def has_custom_kernel(layer: nn.Module, precision: str) -> bool:
    """Whether kernels of our own compute this layer here. The first call may compile them, and may measure.

    Args:
        layer: of a model.
        precision: float32 or bfloat16.
    """
    if not supports_custom_kernel(layer, precision) or not build_kernels():
        return False
    return not isinstance(layer, Linear) or precision != "float32" or is_matmul_faster()


def supports_custom_kernel(layer: nn.Module, precision: str) -> bool:
    """Whether kernels of our own can compute this layer faster here, once they are compiled (`autoencode.kernels`).

    Args:
        layer: of a model.
        precision: float32 or bfloat16.
    """
    if isinstance(layer, Linear):
        return suits_matmul(precision)
    return isinstance(
        layer, Conv | FewOutputsConv | PooledConv | TransposedConv | UpsampledConv
    ) and suits_convolutions(precision)
