"""The compiled product of matrices, as a function of tensors."""

import ctypes

import torch
from torch import Tensor

from autoencode.kernels.library import compiled_library
from autoencode.kernels.tracing import is_tracing_custom_ops


@torch.library.custom_op("autoencode::autoencode_matmul", mutates_args=())
def matmul(a: Tensor, b: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    """`a @ b`, with the bias added to each row, as an operator of PyTorch that graphs can hold; without a gradient.

    Args:
        a: (rows, depth), float32, in the processor's memory, of any strides.
        b: (depth, columns), likewise.
        bias: (columns) or None.
        bfloat16: the factors are rounded to it; sums are float32 in any case.

    Returns:
        (rows, columns), float32.
    """
    return matmul_kernel(a, b, bias, bfloat16=bfloat16)


@matmul.register_fake
def _(a: Tensor, b: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    return a.new_empty(a.shape[0], b.shape[1])


def compute_matmul(a: Tensor, b: Tensor, bias: Tensor | None, *, bfloat16: bool) -> Tensor:
    """`matmul` within `trace_custom_ops`, and elsewhere `matmul_kernel`, which costs less time to call."""
    if is_tracing_custom_ops():
        return torch.ops.autoencode.autoencode_matmul(a, b, bias, bfloat16)
    return matmul_kernel(a, b, bias, bfloat16=bfloat16)


def matmul_kernel(a: Tensor, b: Tensor, bias: Tensor | None, *, bfloat16: bool = False) -> Tensor:
    """Calls the C++ function, of which PyTorch knows nothing.

    Raises:
        AssertionError: bfloat16 was asked for, and the library was compiled without it.
    """
    a, b = a.detach(), b.detach()
    bias = None if bias is None else bias.detach().contiguous()
    y = a.new_empty(len(a), b.shape[1])
    sizes = (ctypes.c_int * 3)(*y.shape, a.shape[1])
    strides = (ctypes.c_ssize_t * 4)(*a.stride(), *b.stride())
    pointers = [ctypes.c_void_p(None if tensor is None else tensor.data_ptr()) for tensor in (a, b, bias, y)]
    failed = compiled_library().autoencode_matmul(  # pyright: ignore
        sizes, strides, int(bfloat16), torch.get_num_threads(), *pointers
    )
    if failed:
        raise AssertionError("this processor has no bfloat16")
    return y
