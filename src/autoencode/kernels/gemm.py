"""A dense layer whose products of matrices are this library's where they are faster."""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

from autoencode.kernels.dispatch import MatmulKernel, choose_matmul, replaces_autocast, to_float32
from autoencode.kernels.matmul_ops import compute_matmul


def linear(
    x: Float[Tensor, "*batch inputs"], weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"] | None
) -> Float[Tensor, "*batch outputs"]:
    """`torch.nn.functional.linear`, by this library's products where they are faster. It can be differentiated any
    number of times.

    Under autocast to bfloat16, on a processor without matrix units, the result is float32, and the factors of large
    products are rounded.

    Args:
        x: (*, inputs).
        weight: (outputs, inputs).
        bias: (outputs) or None.
    """
    x = to_float32(x)
    kernel = choose_matmul(x, weight, bias)
    if not (replaces_autocast() and x.dtype == weight.dtype == torch.float32):
        return _linear(x, weight, bias, kernel)
    with torch.autocast("cpu", enabled=False):
        return _linear(x, weight, bias, kernel)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None, kernel: MatmulKernel) -> Tensor:
    if kernel is MatmulKernel.PYTORCH:
        return F.linear(x, weight, bias)
    rows = x if x.ndim == 2 else x.flatten(0, -2)
    rounded = kernel is MatmulKernel.BFLOAT16
    out: Tensor = MatmulFunction.apply(rows, weight.t(), bias, rounded)  # pyright: ignore[reportAssignmentType]
    return out if x.ndim == 2 else out.unflatten(0, x.shape[:-1])


class MatmulFunction(Function):
    """`a @ b + bias` of float32 matrices of any strides in the processor's memory; in bfloat16 factors are rounded."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, bias: Tensor | None, rounded: bool) -> Tensor:
        """(rows, depth) and (depth, columns) to (rows, columns)."""
        ctx.save_for_backward(a, b)
        ctx.rounded = rounded
        return compute_matmul(a, b, bias, bfloat16=rounded)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients, by the same function, so that they can be differentiated."""
        (a, b), (dy,), rounded = ctx.saved_tensors, grads, ctx.rounded
        wants_a, wants_b, wants_bias, _ = ctx.needs_input_grad
        da = MatmulFunction.apply(dy, b.t(), None, rounded) if wants_a else None
        db = MatmulFunction.apply(dy.t(), a, None, rounded).t() if wants_b else None  # laid out as weights are
        return da, db, dy.sum(0) if wants_bias else None, None  # pyright: ignore[reportReturnType]
