"""Which kernel serves a layer: the one place where that is decided.

The choice depends on sizes, precision, processor, number of threads and whether gradients are wanted. It depends on a
clock in one case, `is_matmul_faster`, whose measurement is made once a machine and kept. So a layer is computed in the
same way in every run. `can_compute` is asked first: it refuses tensors that the C++ cannot read, and calls inside
transforms of PyTorch.
"""

import sys
from dataclasses import replace
from enum import Enum, auto
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from autoencode.kernels import torch_private
from autoencode.kernels.autotune import cached_speedup, cpu_model
from autoencode.kernels.conv_shape import ConvShape, conv_shape_of
from autoencode.kernels.library import enabled_library, library_path
from autoencode.kernels.matmul_ops import matmul_kernel
from autoencode.kernels.tracing import is_exporting, is_tracing_custom_ops

_VECTOR = 16
"""Channels come in multiples of the numbers in the widest vector."""
_MAX_FEW_CHANNELS = 4
"""With so few channels, as images have them, a convolution spends more time writing its result than computing it."""
_MIN_POINTS = 512
"""Points of the results of all images together; with fewer, transforming the weights costs more than it saves."""
_MAX_WEIGHTS = 2**16
"""Channels in times channels out (256 × 256); with more, the products of a chunk of tiles do not fit into the cache."""
_MAX_ACCUMULATED_WEIGHTS = 2**21
"""The same, times the number of threads: each thread sums gradients of its own, of up to 36 numbers for a weight."""
_MIN_MATMUL_WEIGHTS = 2**14
"""With fewer weights, the call from Python takes longer. The batch does not count: an example's result is the same in
any batch.
"""
_MIN_BF16_MULTIPLICATIONS = 2**20
"""Products with fewer multiplications stay in float32: bfloat16 would save nothing, and codes go through them."""
_MIN_SPEEDUP = 1.05
"""Our product must be so many times as fast as PyTorch's to be used, so that a tie is not decided by noise."""


class ConvKernel(Enum):
    """What computes a convolution."""

    PYTORCH = auto()
    WINOGRAD = auto()
    """Many channels to many."""
    FEW_INPUTS = auto()
    FEW_OUTPUTS = auto()


class MatmulKernel(Enum):
    """What computes a product of matrices."""

    PYTORCH = auto()
    FLOAT32 = auto()
    BFLOAT16 = auto()
    """The factors are rounded to bfloat16; sums are float32."""


# The choice for a layer ----------------------------------------------------------------------------------------------


def choose_conv(shape: ConvShape | None, *, input_needs_grad: bool) -> ConvKernel:
    """For a convolution, with or without ReLU and pooling after it.

    Args:
        shape: what `shape_of_conv` returns.
        input_needs_grad: the gradient of the images is wanted.
    """
    if shape is None or not _is_large(shape):
        return ConvKernel.PYTORCH
    if _suits_winograd(shape) and (_feeds_all_threads(shape) or not torch.is_grad_enabled()):
        return ConvKernel.WINOGRAD
    if shape.ci <= _MAX_FEW_CHANNELS and not shape.co % _VECTOR and not input_needs_grad:
        return ConvKernel.FEW_INPUTS
    return ConvKernel.PYTORCH


def choose_conv_few_outputs(shape: ConvShape | None) -> ConvKernel:
    """For a convolution of many channels to few, of the same size.

    Args:
        shape: what `shape_of_conv` returns.
    """
    if shape is None or not _is_large(shape) or shape.stride != 1:
        return ConvKernel.PYTORCH
    suits = shape.co <= _MAX_FEW_CHANNELS and not shape.ci % _VECTOR
    return ConvKernel.FEW_OUTPUTS if suits else ConvKernel.PYTORCH


def choose_conv_upsampled(shape: ConvShape | None) -> ConvKernel:
    """For twofold nearest-neighbour upsampling and a convolution of the result.

    To one channel, the four results of a point are computed as channels of the image before upsampling.

    Args:
        shape: what `shape_of_conv` returns for the image before upsampling.
    """
    if shape is None:
        return ConvKernel.PYTORCH
    if shape.co == 1:
        return choose_conv_few_outputs(replace(shape, co=4))
    return _winograd_or_pytorch(shape.upsampled)


def choose_conv_transposed(shape: ConvShape | None) -> ConvKernel:
    """For a transposed convolution.

    Args:
        shape: what `shape_of_transposed_conv` returns.
    """
    return ConvKernel.PYTORCH if shape is None else _winograd_or_pytorch(shape)


def choose_matmul(x: Tensor, weight: Tensor, bias: Tensor | None) -> MatmulKernel:
    """For a dense layer.

    Args:
        x: (*, inputs).
        weight: (outputs, inputs).
        bias: (outputs) or None.
    """
    if is_exporting():
        return MatmulKernel.PYTORCH
    pays = weight.numel() >= _MIN_MATMUL_WEIGHTS or is_tracing_custom_ops()
    fits = x.ndim > 1 and x.shape[-1] == weight.shape[1]
    if not (pays and fits and can_compute(x, weight, bias, len(weight))):
        return MatmulKernel.PYTORCH
    large = x.numel() * len(weight) >= _MIN_BF16_MULTIPLICATIONS
    if large and replaces_autocast() and has_bfloat16():
        return MatmulKernel.BFLOAT16
    return MatmulKernel.FLOAT32 if is_matmul_faster() else MatmulKernel.PYTORCH


def _winograd_or_pytorch(shape: ConvShape) -> ConvKernel:
    suits = _is_large(shape) and _suits_winograd(shape) and _feeds_all_threads(shape)
    return ConvKernel.WINOGRAD if suits else ConvKernel.PYTORCH


def _is_large(shape: ConvShape) -> bool:
    return shape.n * shape.oh * shape.ow >= _MIN_POINTS and shape.stride in (1, 2)


def _suits_winograd(shape: ConvShape) -> bool:
    weights = shape.ci * shape.co
    fits = weights <= _MAX_WEIGHTS and weights * torch.get_num_threads() <= _MAX_ACCUMULATED_WEIGHTS
    return fits and not shape.ci % _VECTOR and not shape.co % _VECTOR


def _feeds_all_threads(shape: ConvShape) -> bool:
    """The backward pass gives each thread whole images, because tiles of the gradient overlap."""
    return shape.n >= torch.get_num_threads()


# What the C++ can compute --------------------------------------------------------------------------------------------


def shape_of_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int = 1, padding: int = 1
) -> ConvShape | None:
    """The convolution of these images; None where only PyTorch can compute it."""
    if is_exporting() or not can_compute(x, weight, bias, len(weight)):
        return None
    shape = conv_shape_of(x.shape, weight, stride, padding)
    return shape if shape is not None and x.shape[1] == shape.ci else None


def shape_of_transposed_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int, size: tuple[int, int]
) -> ConvShape | None:
    """The convolution whose transpose maps x to images of this size; None where only PyTorch can compute it."""
    channels = weight.shape[1]
    if is_exporting() or not can_compute(x, weight, bias, channels):
        return None
    shape = conv_shape_of((len(x), channels, *size), weight, stride, padding)
    return shape if shape is not None and x.shape == shape.output_shape else None


def can_compute(x: Tensor, weight: Tensor, bias: Tensor | None, out_features: int) -> bool:
    """Whether the C++ may be given these tensors: plain float32 in the processor's memory, outside of transforms.

    Within `trace_custom_ops` tracers are allowed, since this library's operators are recorded there.

    Args:
        x: the input of a layer.
        weight: of the layer.
        bias: of the layer, or None.
        out_features: the length that the bias must have.
    """
    if _is_transformed() or (torch.is_autocast_enabled("cpu") and not replaces_autocast()):
        return False
    if not all(map(_is_plain, (x, weight) if bias is None else (x, weight, bias))):
        return False
    return (bias is None or bias.shape == (out_features,)) and enabled_library() is not None


def _is_transformed() -> bool:
    if torch.compiler.is_compiling() or is_exporting():
        return True
    return torch_private.is_transformed(tracing_custom_ops=is_tracing_custom_ops())


def _is_plain(tensor: Tensor) -> bool:
    on_cpu = tensor.device.type == "cpu" and tensor.dtype == torch.float32
    return on_cpu and type(tensor) in (Tensor, torch.nn.Parameter)


# Precision -----------------------------------------------------------------------------------------------------------


def suits_convolutions(precision: str) -> bool:
    """Whether this library's convolutions are faster than PyTorch's in a precision.

    In bfloat16 they round their factors where the processor multiplies bfloat16, and stay in float32 elsewhere. In
    float32 they are as fast as oneDNN in bfloat16 already; only matrix units (AMX) make oneDNN faster.

    Args:
        precision: float32 or bfloat16.
    """
    return precision == "float32" or (precision == "bfloat16" and not torch_private.has_amx())


def suits_matmul(precision: str) -> bool:
    """Whether this library's products can be faster than PyTorch's here, once they are compiled.

    In float32 `is_matmul_faster` says whether they are. In bfloat16 they are where AVX-512 multiplies it and there are
    no matrix units (AMX).

    Args:
        precision: float32 or bfloat16.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    if sys.platform != "linux" or capability not in ("AVX512", "AVX2"):
        return False
    if precision == "float32":
        return True
    return capability == "AVX512" and torch_private.has_avx512_bf16() and not torch_private.has_amx()


def is_matmul_faster() -> bool:
    """Whether this library's float32 products are available and faster. The first call may compile, and may time them.

    With AVX-512 on processors of other makers than Intel they are 2 to 2.5 times as fast, because PyTorch's library
    (MKL) uses vectors of half the width there. On others both are timed once (docs/decisions/0014).
    """
    if not suits_matmul("float32") or enabled_library() is None:
        return False
    known = torch.backends.cpu.get_cpu_capability() == "AVX512" and "GenuineIntel" not in cpu_model()
    return known or _is_timed_faster()


@cache
def _is_timed_faster() -> bool:
    return cached_speedup(matmul_kernel, Path(library_path())) > _MIN_SPEEDUP


def has_bfloat16() -> bool:
    """Whether products that round to bfloat16 are available and faster. The first call may compile."""
    if not suits_matmul("bfloat16"):
        return False
    library = enabled_library()
    return library is not None and bool(library.autoencode_has_bfloat16())


def replaces_autocast() -> bool:
    """Whether autocast to bfloat16 is on, and this library's layers do its work.

    They round the factors of products where the processor multiplies bfloat16, and nothing else. PyTorch's layers would
    round their results as well.
    """
    to_bfloat16 = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
    return to_bfloat16 and suits_convolutions("bfloat16") and enabled_library() is not None


def to_float32(x: Tensor) -> Tensor:
    """The bfloat16 result of one of PyTorch's layers as float32, for one of this library's layers after it."""
    halved = x.dtype == torch.bfloat16 and x.device.type == "cpu"
    return x.float() if halved and replaces_autocast() else x
