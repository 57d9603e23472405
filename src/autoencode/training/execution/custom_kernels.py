"""Which layers are computed by this library's own kernels."""

from torch import nn

from autoencode.kernels import build_kernels, is_matmul_faster, suits_convolutions, suits_matmul
from autoencode.nn import Conv, FewOutputsConv, Linear, PooledConv, TransposedConv, UpsampledConv


def has_custom_kernel(layer: nn.Module, precision: str) -> bool:
    """Whether this library's kernels compute this layer on this machine. The first call may compile and time them.

    Args:
        layer: a layer of a model.
        precision: float32 or bfloat16.
    """
    if not supports_custom_kernel(layer, precision) or not build_kernels():
        return False
    return not isinstance(layer, Linear) or precision != "float32" or is_matmul_faster()


def supports_custom_kernel(layer: nn.Module, precision: str) -> bool:
    """Whether this library's kernels, once compiled, can compute this layer faster on this machine.

    Args:
        layer: a layer of a model.
        precision: float32 or bfloat16.
    """
    if isinstance(layer, Linear):
        return suits_matmul(precision)
    return isinstance(
        layer, Conv | FewOutputsConv | PooledConv | TransposedConv | UpsampledConv
    ) and suits_convolutions(precision)
