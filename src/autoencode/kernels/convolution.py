"""3×3 convolutions by this library's kernels where they are faster, and by PyTorch elsewhere."""

from dataclasses import replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from autoencode.kernels.convolution_ops import NOT_POOLED
from autoencode.kernels.dispatch import (
    ConvKernel,
    choose_conv,
    choose_conv_few_outputs,
    choose_conv_transposed,
    choose_conv_upsampled,
    shape_of_conv,
    shape_of_transposed_conv,
    to_float32,
)
from autoencode.kernels.small_channels import FewInputsFunction, FewOutputsFunction
from autoencode.kernels.winograd import WinogradFunction, WinogradTransposedFunction


def convolve(
    x: Float[Tensor, "batch channels height width"],
    weight: Float[Tensor, "out channels k k"],
    bias: Float[Tensor, " out"] | None,
    stride: int,
    padding: int,
    *,
    relu: bool = False,
    pooled: bool = False,
) -> Float[Tensor, "batch out h w"]:
    """`torch.nn.functional.conv2d`, then max pooling and ReLU where they are asked for.

    A 3×3 convolution of many channels to many is computed by Winograd's minimal filtering, in tiles of 4×4 results from
    36 multiplications instead of 144; with a stride of 2 in tiles of 2×2 from 25 instead of 36. In float32 its relative
    error is one to three millionths (PyTorch's: 0.2 to 0.8). It can be differentiated any number of times. Under
    autocast to bfloat16 factors are rounded to it where the processor multiplies it, in tiles of 2×2: the result, which
    is float32, has a relative error of some thousandths. On processors with matrix units it is PyTorch's.

    Args:
        x: images, (batch, channels, height, width).
        weight: (out, channels, k, k).
        bias: (out) or None.
        stride: along both sides.
        padding: zeros at all four sides.
        relu: a ReLU follows; it is computed before the result is written to memory.
        pooled: max pooling over 2×2 points follows, with partial windows at odd edges. Where the kernel computes it,
            the result before pooling is never written to memory.

    References:
        Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, arXiv:1509.09308, eq. 8 to 12.
    """
    x = to_float32(x)
    shape = shape_of_conv(x, weight, bias, stride, padding)
    kernel = choose_conv(shape, input_needs_grad=x.requires_grad)
    if kernel is ConvKernel.WINOGRAD:
        return WinogradFunction.apply(x, weight, bias, relu, pooled, shape)  # pyright: ignore[reportReturnType]
    if kernel is ConvKernel.FEW_INPUTS:
        return FewInputsFunction.apply(x, weight, bias, relu, pooled, shape)  # pyright: ignore[reportReturnType]
    out = _torch_conv_pooled(x, weight, bias, stride, padding) if pooled else F.conv2d(x, weight, bias, stride, padding)
    return out.relu_() if relu else out


def convolve_few_outputs(
    x: Float[Tensor, "batch channels height width"],
    weight: Float[Tensor, "out channels k k"],
    bias: Float[Tensor, " out"] | None,
) -> Float[Tensor, "batch out height width"] | None:
    """A 3×3 convolution of many channels to at most four, with a padding of 1; None where PyTorch is to compute it.

    Args:
        x: images, (batch, channels, height, width).
        weight: (out, channels, k, k).
        bias: (out) or None.
    """
    x = to_float32(x)
    shape = shape_of_conv(x, weight, bias)
    if choose_conv_few_outputs(shape) is not ConvKernel.FEW_OUTPUTS:
        return None
    return FewOutputsFunction.apply(x, weight, bias, shape)  # pyright: ignore[reportReturnType]


def convolve_upsampled(
    x: Float[Tensor, "batch channels h w"],
    weight: Float[Tensor, "out channels k k"],
    bias: Float[Tensor, " out"] | None,
    *,
    relu: bool = False,
) -> Float[Tensor, "batch out height width"] | None:
    """Twofold nearest-neighbour upsampling and a 3×3 convolution; None where PyTorch is to compute it.

    The upsampled image is never written to memory: nine multiplications give four results, instead of 36. To one
    channel, the four results of each point are computed as four channels of the image before upsampling.

    Args:
        x: images, (batch, channels, h, w).
        weight: (out, channels, k, k).
        bias: (out) or None.
        relu: a ReLU follows.
    """
    x = to_float32(x)
    shape = shape_of_conv(x, weight, bias)
    kernel = choose_conv_upsampled(shape)
    if shape is None or kernel is ConvKernel.PYTORCH:
        return None
    if kernel is ConvKernel.FEW_OUTPUTS:
        repeated = None if bias is None else bias.expand(4)
        out = FewOutputsFunction.apply(x, _subpixel_weights(weight), repeated, replace(shape, co=4))
        return F.pixel_shuffle(out.relu_() if relu else out, 2)  # pyright: ignore
    return WinogradFunction.apply(x, weight, bias, relu, NOT_POOLED, shape.upsampled)  # pyright: ignore[reportReturnType]


def convolve_transposed(
    x: Float[Tensor, "batch channels h w"],
    weight: Float[Tensor, "channels out k k"],
    bias: Float[Tensor, " out"] | None,
    stride: int,
    padding: int,
    size: tuple[int, int],
    *,
    relu: bool = False,
) -> Float[Tensor, "batch out height width"] | None:
    """A transposed 3×3 convolution by the same kernel, or None where PyTorch is to compute it.

    Args:
        x: images, (batch, channels, h, w).
        weight: (channels, out, k, k).
        bias: (out) or None.
        stride: along both sides.
        padding: at all four sides.
        size: (height, width) of the result.
        relu: a ReLU follows.
    """
    x = to_float32(x)
    shape = shape_of_transposed_conv(x, weight, bias, stride, padding, size)
    if choose_conv_transposed(shape) is not ConvKernel.WINOGRAD:
        return None
    return WinogradTransposedFunction.apply(x, weight, bias, relu, shape)  # pyright: ignore[reportReturnType]


def _torch_conv_pooled(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> Tensor:
    """Adds the bias after pooling: a quarter of the additions, and of the gradients to sum for it."""
    pooled = F.max_pool2d(F.conv2d(x, weight, None, stride, padding), 2, ceil_mode=True)
    return pooled if bias is None else pooled.add_(bias[:, None, None])


def _subpixel_weights(weight: Tensor) -> Tensor:
    """Weights (4, in, 3, 3) of the four results of a point, of (1, in, 3, 3).

    After upsampling, several taps fall on the same point of the image before it, and their weights are added.
    """
    taps = torch.zeros(2, 3, 3)  # (result, point of the image before upsampling, tap)
    taps[0, [0, 1, 1], [0, 1, 2]] = 1
    taps[1, [1, 1, 2], [0, 1, 2]] = 1
    with torch.autocast("cpu", enabled=False):
        return torch.einsum("pat,qbs,its->pqiab", taps, taps, weight[0]).flatten(0, 1)
