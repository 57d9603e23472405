"""Products of matrices, where PyTorch's library leaves half of the processor unused."""

import ctypes
import sys
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

from autoencode.kernels.autotune import cached_speedup, cpu_model
from autoencode.kernels.conv_shape import can_compute, replaces_autocast, to_float32
from autoencode.kernels.library import compiled_library, enabled_library, library_path
from autoencode.kernels.tracing import is_tracing_custom_ops

_MIN_BF16_MULTIPLICATIONS = 2**20
"""Products of fewer multiplications are always in float32: bfloat16 would save nothing, and codes go through them."""
_MIN_WEIGHTS = 2**14
"""With fewer weights, calling from Python takes longer. Not of examples: one's numbers are the same in any batch."""
_MIN_SPEEDUP = 1.05
"""So many times as fast as PyTorch's ours must be to be taken: a tie must not be decided by chance."""


def suits_matmul(precision: str) -> bool:
    """Whether `matmul` can be faster than PyTorch's own here, if it is compiled: in float32 that may have to be seen.

    In bfloat16 it is where AVX-512 has that and there is no AMX.

    Args:
        precision: float32 or bfloat16.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    if sys.platform != "linux" or capability not in ("AVX512", "AVX2"):
        return False
    if precision == "float32":
        return True
    known, matrix_units = torch.cpu._is_avx512_bf16_supported(), torch.cpu._is_amx_tile_supported()  # pyright: ignore[reportPrivateUsage]
    return capability == "AVX512" and known and not matrix_units


def is_matmul_faster() -> bool:
    """Whether `matmul` is faster in float32, and is there. The first call may compile it, and may measure.

    With AVX-512 on other makers' processors than Intel's it is 2 to 2.5 times as fast, since PyTorch's library (MKL)
    uses vectors of half the width there. On others it is measured once (docs/decisions/0014).
    """
    return (
        suits_matmul("float32") and enabled_library() is not None and (_is_known_to_be_faster() or _measured_faster())
    )


def has_bfloat16() -> bool:
    """Whether `matmul` can round to bfloat16 and is faster so. The first call may compile it."""
    return (
        suits_matmul("bfloat16")
        and enabled_library() is not None
        and bool(compiled_library().autoencode_has_bfloat16())
    )  # pyright: ignore


def linear(
    x: Float[Tensor, "*batch inputs"], weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"] | None
) -> Float[Tensor, "*batch outputs"]:
    """`torch.nn.functional.linear`, by our own products where they are faster. It can be differentiated any number
    of times.

    Under autocast to bfloat16, on a processor without matrix units, the result is float32, and of a large product what
    is multiplied is rounded.

    Args:
        x: (*, inputs).
        weight: (outputs, inputs).
        bias: (outputs) or None.
    """
    x = to_float32(x)
    if not (replaces_autocast() and x.dtype == weight.dtype == torch.float32):
        return _linear(x, weight, bias, rounded=False)
    large = x.numel() * len(weight) >= _MIN_BF16_MULTIPLICATIONS
    with torch.autocast("cpu", enabled=False):
        return _linear(x, weight, bias, rounded=large and has_bfloat16())


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None, *, rounded: bool) -> Tensor:
    large = (
        (weight.numel() >= _MIN_WEIGHTS or is_tracing_custom_ops()) and x.ndim > 1 and x.shape[-1] == weight.shape[1]
    )
    if not (large and can_compute(x, weight, bias, len(weight)) and (rounded or is_matmul_faster())):
        return F.linear(x, weight, bias)
    rows = x if x.ndim == 2 else x.flatten(0, -2)
    out: Tensor = MatmulFunction.apply(rows, weight.t(), bias, rounded)  # pyright: ignore[reportAssignmentType]
    return out if x.ndim == 2 else out.unflatten(0, x.shape[:-1])


class MatmulFunction(Function):
    """`a @ b + bias` of float32 matrices in the processor's memory, of any strides; rounded to bfloat16, or not."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, bias: Tensor | None, rounded: bool) -> Tensor:
        """(rows, depth) and (depth, columns) to (rows, columns)."""
        ctx.save_for_backward(a, b)
        ctx.rounded = rounded
        if is_tracing_custom_ops():
            return torch.ops.autoencode.autoencode_matmul(a, b, bias, rounded)
        return matmul_kernel(a, b, bias, bfloat16=rounded)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients, which can be differentiated themselves."""
        (a, b), (dy,), rounded = ctx.saved_tensors, grads, ctx.rounded
        for_a, for_b, for_bias, _ = ctx.needs_input_grad
        return (
            MatmulFunction.apply(dy, b.t(), None, rounded) if for_a else None,  # pyright: ignore[reportReturnType]
            MatmulFunction.apply(dy.t(), a, None, rounded).t() if for_b else None,  # as a layer keeps its weights
            dy.sum(0) if for_bias else None,
            None,
        )


@torch.library.custom_op("autoencode::autoencode_matmul", mutates_args=())
def matmul(a: Tensor, b: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    """`a @ b`, and the bias added to each row of it, for steps whose gradients are written down already.

    Args:
        a: (rows, depth), float32, in the processor's memory, of any strides.
        b: (depth, columns), likewise.
        bias: (columns) or None.
        bfloat16: the numbers that are multiplied are rounded to it; sums are float32 in any case.

    Returns:
        (rows, columns), float32.
    """
    return matmul_kernel(a, b, bias, bfloat16=bfloat16)


@matmul.register_fake
def _(a: Tensor, b: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    return a.new_empty(a.shape[0], b.shape[1])


def matmul_kernel(a: Tensor, b: Tensor, bias: Tensor | None, *, bfloat16: bool = False) -> Tensor:
    """The same as `matmul`, without PyTorch's ways of seeing it."""
    a, b = a.detach(), b.detach()
    bias = None if bias is None else bias.detach().contiguous()
    y = a.new_empty(len(a), b.shape[1])
    sizes = (ctypes.c_int * 3)(*y.shape, a.shape[1])
    steps = (ctypes.c_ssize_t * 4)(*a.stride(), *b.stride())
    pointers = [ctypes.c_void_p(None if given is None else given.data_ptr()) for given in (a, b, bias, y)]
    if compiled_library().autoencode_matmul(  # pyright: ignore
        sizes, steps, int(bfloat16), torch.get_num_threads(), *pointers
    ):
        raise AssertionError("this processor has no bfloat16")
    return y


def _is_known_to_be_faster() -> bool:
    return torch.backends.cpu.get_cpu_capability() == "AVX512" and "GenuineIntel" not in cpu_model()


@cache
def _measured_faster() -> bool:
    return cached_speedup(matmul_kernel, Path(library_path())) > _MIN_SPEEDUP
