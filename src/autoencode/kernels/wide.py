"""Convolutions of many channels to many, by minimal filtering: three functions that are each other's derivatives."""

from typing import Any, cast

import torch
from torch import Tensor

from autoencode.kernels.calls import (
    LINEAR,
    WHOLE,
    Given,
    Wants,
    What,
    as_last,
    channels_last,
    compute,
    forward,
    in_line,
    taps,
    untapped,
)
from autoencode.kernels.shape import Shape
from autoencode.kernels.slopes import masked, of_results


class Wide(torch.autograd.Function):
    """y = w ∗ x + b, or of it the maximum of each 2×2 points, or what is above zero."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: Shape
    ) -> Tensor:
        """As the class says."""
        return forward(ctx, What.FORWARD, x, weight, bias, shape, relu=relu, pooled=pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight, y, which), shape, (dy,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # this gradient will be differentiated itself
            dy = of_results(dy, y, which if ctx.pooled else None, shape)
            dx = WideTransposed.apply(dy, weight, None, LINEAR, shape) if wants_x else None
            dw = WideWeights.apply(x, dy, shape) if wants_weight else None
            db = dy.sum((0, 2, 3)) if wants_bias else None
            return dx, dw, db, None, None, None  # pyright: ignore[reportReturnType]
        given = Given(
            x=channels_last(x) if wants_weight else None,
            weight=taps(weight.transpose(0, 1)) if wants_x else None,
            dy=channels_last(dy),
            passes=as_last(which),
        )
        wants = Wants(wants_x, wants_weight, wants_bias)
        dx, dw, db, _ = compute(What.BACKWARD, shape, given, wants, pooled=ctx.pooled)
        return dx, untapped(dw), db, None, None, None


class WideTransposed(torch.autograd.Function):
    """The gradient for x, which is the transposed convolution of dy; plus a bias, or what of it is above zero."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, shape: Shape) -> Tensor:
        """As the class says."""
        given = Given(weight=taps(weight.transpose(0, 1)), bias=in_line(bias), dy=channels_last(dy))
        wants = Wants(points=True, which=relu and any(ctx.needs_input_grad))
        made = compute(What.BACKWARD, shape, given, wants, relu=relu)
        ctx.save_for_backward(dy, weight, made.points if relu else None, made.which)
        ctx.shape = shape
        return cast("Tensor", made.points)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (dy, weight, made, which), shape, (x,) = ctx.saved_tensors, ctx.shape, gradients
        wants_dy, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            x = masked(x, made)
            out = Wide.apply(x, weight, None, LINEAR, WHOLE, shape) if wants_dy else None
            dw = WideWeights.apply(x, dy, shape) if wants_weight else None
            return out, dw, x.sum((0, 2, 3)) if wants_bias else None, None, None  # pyright: ignore[reportReturnType]
        dy = channels_last(dy) if wants_weight else None
        given = Given(channels_last(x), taps(weight), dy=dy, passes=as_last(which))
        wants = Wants(points=True, weights=wants_weight, sums=wants_bias and which is not None)
        out, dw, db, _ = compute(What.FORWARD, shape, given, wants)
        db = x.sum((0, 2, 3)) if wants_bias and db is None else db
        return out, untapped(dw), db, None, None


class WideWeights(torch.autograd.Function):
    """The gradient for the weights, (co, ci, 3, 3)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dy: Tensor, shape: Shape) -> Tensor:
        """As the class says."""
        ctx.save_for_backward(x, dy)
        ctx.shape = shape
        given = Given(channels_last(x), dy=channels_last(dy))
        return cast("Tensor", untapped(compute(What.BACKWARD, shape, given, Wants(weights=True)).weights))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, dy), shape, (weight,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_dy, _ = ctx.needs_input_grad
        dx = WideTransposed.apply(dy, weight, None, LINEAR, shape) if wants_x else None
        out = Wide.apply(x, weight, None, LINEAR, WHOLE, shape) if wants_dy else None
        return dx, out, None  # pyright: ignore[reportReturnType]
