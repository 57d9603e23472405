"""Convolutions with fewer multiplications than the sum over all taps has."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape, can_compute, conv_shape_of, to_float32
from autoencode.kernels.convolution_ops import NOT_POOLED
from autoencode.kernels.small_channels import FewInputsConv, FewOutputsConv
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
    """`torch.nn.functional.conv2d`, on a processor by minimal filtering where that is faster.

    A 3×3 convolution of many channels to many is computed in tiles of 4×4 results, from 36 products of numbers in place
    of 144; with a stride of 2 in tiles of 2×2, from 25 in place of 36. In float32 the result is off by one to
    three millionths of its norm (PyTorch's own: 0.2 to 0.8). It can be differentiated any number of times. Under
    autocast to bfloat16, numbers are rounded to it before they are multiplied, where the processor can do that, and in
    tiles of 2×2: the result, which is float32, is off by some thousandths. With matrix units it is PyTorch's.

    Args:
        x: (batch, channels, height, width).
        weight: (out, channels, k, k).
        bias: one for each channel that comes out.
        stride: along both sides.
        padding: along all sides, with zeros.
        relu: numbers below zero become zero, while they are at hand.
        pooled: of each 2×2 points, or what is left of them at the edge, the maximum is kept. Where it is made here, the
            points themselves never lie in memory.

    References:
        Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, arXiv:1509.09308, eq. 8 to 12.
    """
    x, shape = _prepare(x, weight, bias, stride, padding)
    if shape is not None and shape.is_large:
        if shape.fits_winograd and (shape.feeds_all_threads or not torch.is_grad_enabled()):
            return WinogradFunction.apply(x, weight, bias, relu, pooled, shape)  # pyright: ignore[reportReturnType]
        if shape.has_few_inputs and not x.requires_grad:
            return FewInputsConv.apply(x, weight, bias, relu, pooled, shape)  # pyright: ignore[reportReturnType]
    out = _pooled(x, weight, bias, stride, padding) if pooled else F.conv2d(x, weight, bias, stride, padding)
    return out.relu_() if relu else out


def convolve_few_outputs(
    x: Float[Tensor, "batch channels height width"],
    weight: Float[Tensor, "out channels k k"],
    bias: Float[Tensor, " out"] | None,
) -> Float[Tensor, "batch out height width"] | None:
    """A 3×3 convolution of many channels to no more than four, or None where PyTorch's own must do it.

    Args:
        x: (batch, channels, height, width).
        weight: (out, channels, k, k).
        bias: one for each channel that comes out.
    """
    x, shape = _prepare(x, weight, bias)
    if shape is None or not (shape.is_large and shape.has_few_outputs):
        return None
    return FewOutputsConv.apply(x, weight, bias, shape)  # pyright: ignore[reportReturnType]


def convolve_upsampled(
    x: Float[Tensor, "batch channels h w"],
    weight: Float[Tensor, "out channels k k"],
    bias: Float[Tensor, " out"] | None,
    *,
    relu: bool = False,
) -> Float[Tensor, "batch out height width"] | None:
    """A 3×3 convolution of a picture enlarged twofold by nearest-neighbour upsampling, or None as before.

    The larger picture is never made: nine products give four results, where the plain sum has 36. To one channel, the
    four are computed as channels of the small picture.

    Args:
        x: (batch, channels, h, w).
        weight: (out, channels, k, k).
        bias: one for each channel that comes out.
        relu: numbers below zero become zero, while they are at hand.
    """
    x, shape = _prepare(x, weight, bias)
    if shape is None:
        return None
    if shape.co == 1:
        four = None if bias is None else bias.expand(4)
        out = convolve_few_outputs(x, _subpixel_weights(weight), four)
        return None if out is None else F.pixel_shuffle(out.relu_() if relu else out, 2)
    shape = shape.upsampled
    if not (shape.is_large and shape.fits_winograd and shape.feeds_all_threads):
        return None
    return WinogradFunction.apply(x, weight, bias, relu, NOT_POOLED, shape)  # pyright: ignore[reportReturnType]


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
    """A transposed convolution in the same way, or None where PyTorch's own is as fast.

    Args:
        x: (batch, channels, h, w).
        weight: (channels, out, k, k).
        bias: one for each channel that comes out.
        stride: along both sides.
        padding: along all sides.
        size: (height, width) of the result.
        relu: numbers below zero become zero, while they are at hand.
    """
    x, whole, out = to_float32(x), (len(x), weight.shape[1], *size), weight.shape[1]
    shape = conv_shape_of(whole, weight, stride, padding) if can_compute(x, weight, bias, out, cast=True) else None
    if shape is None or not (shape.is_large and shape.fits_winograd and shape.feeds_all_threads):
        return None
    if x.shape != (shape.n, shape.co, shape.oh, shape.ow):
        return None
    return WinogradTransposedFunction.apply(x, weight, bias, relu, shape)  # pyright: ignore[reportReturnType]


def _prepare(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int = 1, padding: int = 1
) -> tuple[Tensor, ConvShape | None]:
    """The pictures as they are computed with, and the convolution; None where it is left to PyTorch."""
    x = to_float32(x)
    shape = (
        conv_shape_of(x.shape, weight, stride, padding)
        if can_compute(x, weight, bias, len(weight), cast=True)
        else None
    )
    return x, shape if shape is not None and x.shape[1] == shape.ci else None


def _pooled(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int) -> Tensor:
    """With the bias behind the maximum: a quarter of the additions, and of the gradients that are summed for it."""
    pooled = F.max_pool2d(F.conv2d(x, weight, None, stride, padding), 2, ceil_mode=True)
    return pooled if bias is None else pooled.add_(bias[:, None, None])


def _subpixel_weights(weight: Tensor) -> Tensor:
    """Weights (4, in, 3, 3) of four results, of (1, in, 3, 3): sums over the taps that fall on a point of the small."""
    places = torch.zeros(2, 3, 3)  # (result, point of the small picture, tap)
    places[0, [0, 1, 1], [0, 1, 2]] = 1
    places[1, [1, 1, 2], [0, 1, 2]] = 1
    with torch.autocast("cpu", enabled=False):
        return torch.einsum("pat,qbs,its->pqiab", places, places, weight[0]).flatten(0, 1)
