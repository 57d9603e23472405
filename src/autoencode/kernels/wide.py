"""Convolutions of many channels to many, by minimal filtering: three functions that are each other's derivatives."""

from typing import Any, cast

import torch
from torch import Tensor

from autoencode.kernels.calls import LINEAR, WHOLE, backward_of_transposed, backward_of_wide, forward_of_wide
from autoencode.kernels.shape import Shape
from autoencode.kernels.slopes import masked, of_results


class Wide(torch.autograd.Function):
    """y = w ∗ x + b, or of it the maximum of each 2×2 points, or what is above zero."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: Shape
    ) -> Tensor:
        """As the class says."""
        y, which = forward_of_wide(shape, x, weight, bias, relu=relu, pooled=pooled)
        ctx.save_for_backward(x, weight, y if relu else None, which)
        ctx.shape = shape
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight, y, which), shape, (dy,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # this gradient will be differentiated itself
            dy = of_results(dy, y, which, shape)
            dx = WideTransposed.apply(dy, weight, None, LINEAR, shape) if wants_x else None
            dw = WideWeights.apply(x, dy, shape) if wants_weight else None
            db = dy.sum((0, 2, 3))
        else:
            wants = {"wants_x": wants_x, "wants_weight": wants_weight}
            dx, dw, db = backward_of_wide(shape, x, weight, dy, dy_mask=y, which=which, **wants)
        return dx, dw, db if wants_bias else None, None, None, None  # pyright: ignore[reportReturnType]


class WideTransposed(torch.autograd.Function):
    """The gradient for x, which is the transposed convolution of dy; plus a bias, or what of it is above zero."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, shape: Shape) -> Tensor:
        """As the class says."""
        dx = cast("Tensor", backward_of_wide(shape, None, weight, dy, wants_x=True, start=bias, relu=relu)[0])
        ctx.save_for_backward(dy, weight, dx if relu else None)
        ctx.shape = shape
        return dx

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (dy, weight, made), shape, (x,) = ctx.saved_tensors, ctx.shape, gradients
        wants_dy, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            x = masked(x, made)
            out = Wide.apply(x, weight, None, LINEAR, WHOLE, shape) if wants_dy else None
            dw = WideWeights.apply(x, dy, shape) if wants_weight else None
            return out, dw, x.sum((0, 2, 3)) if wants_bias else None, None, None  # pyright: ignore[reportReturnType]
        out, dw, total = backward_of_transposed(shape, x, made, weight, dy, wants_weight=wants_weight)
        return out, dw, total if wants_bias else None, None, None


class WideWeights(torch.autograd.Function):
    """The gradient for the weights, (co, ci, 3, 3)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dy: Tensor, shape: Shape) -> Tensor:
        """As the class says."""
        ctx.save_for_backward(x, dy)
        ctx.shape = shape
        return cast("Tensor", backward_of_wide(shape, x, None, dy, wants_weight=True)[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, dy), shape, (weight,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_dy, _ = ctx.needs_input_grad
        dx = WideTransposed.apply(dy, weight, None, LINEAR, shape) if wants_x else None
        out = Wide.apply(x, weight, None, LINEAR, WHOLE, shape) if wants_dy else None
        return dx, out, None  # pyright: ignore[reportReturnType]
