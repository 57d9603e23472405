"""Convolutions of many channels to many, by minimal filtering: three functions that are each other's derivatives."""

from typing import Any, cast

import torch
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape
from autoencode.kernels.convolution_ops import (
    NO_RELU,
    NOT_POOLED,
    Inputs,
    Op,
    Requested,
    channels_last,
    channels_last_or_none,
    compute,
    contiguous_or_none,
    forward,
    from_hwio,
    to_hwio,
)
from autoencode.kernels.relu_maxpool import relu_backward, relu_maxpool_backward


class WinogradFunction(torch.autograd.Function):
    """y = w ∗ x + b, or of it the maximum of each 2×2 points, or what is above zero."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: ConvShape
    ) -> Tensor:
        """As the class says."""
        return forward(ctx, Op.FORWARD, x, weight, bias, shape, relu=relu, pooled=pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight, y, which), shape, (dy,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # this gradient will be differentiated itself
            dy = relu_maxpool_backward(dy, y, which if ctx.pooled else None, shape)
            dx = WinogradTransposedFunction.apply(dy, weight, None, NO_RELU, shape) if wants_x else None
            dw = WinogradWeightGradFunction.apply(x, dy, shape) if wants_weight else None
            db = dy.sum((0, 2, 3)) if wants_bias else None
            return dx, dw, db, None, None, None  # pyright: ignore[reportReturnType]
        inputs = Inputs(
            x=channels_last(x) if wants_weight else None,
            weight=to_hwio(weight.transpose(0, 1)) if wants_x else None,
            dy=channels_last(dy),
            passes=channels_last_or_none(which),
        )
        requested = Requested(wants_x, wants_weight, wants_bias)
        dx, dw, db, _ = compute(Op.BACKWARD, shape, inputs, requested, pooled=ctx.pooled)
        return dx, from_hwio(dw), db, None, None, None


class WinogradTransposedFunction(torch.autograd.Function):
    """The gradient for x, which is the transposed convolution of dy; plus a bias, or what of it is above zero."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, shape: ConvShape) -> Tensor:
        """As the class says."""
        inputs = Inputs(weight=to_hwio(weight.transpose(0, 1)), bias=contiguous_or_none(bias), dy=channels_last(dy))
        requested = Requested(points=True, which=relu and any(ctx.needs_input_grad))
        made = compute(Op.BACKWARD, shape, inputs, requested, relu=relu)
        ctx.save_for_backward(dy, weight, made.points if relu else None, made.which)
        ctx.shape = shape
        return cast("Tensor", made.points)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (dy, weight, made, which), shape, (x,) = ctx.saved_tensors, ctx.shape, gradients
        wants_dy, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            x = relu_backward(x, made)
            out = WinogradFunction.apply(x, weight, None, NO_RELU, NOT_POOLED, shape) if wants_dy else None
            dw = WinogradWeightGradFunction.apply(x, dy, shape) if wants_weight else None
            return out, dw, x.sum((0, 2, 3)) if wants_bias else None, None, None  # pyright: ignore[reportReturnType]
        dy = channels_last(dy) if wants_weight else None
        inputs = Inputs(channels_last(x), to_hwio(weight), dy=dy, passes=channels_last_or_none(which))
        requested = Requested(points=True, weights=wants_weight, sums=wants_bias and which is not None)
        out, dw, db, _ = compute(Op.FORWARD, shape, inputs, requested)
        db = x.sum((0, 2, 3)) if wants_bias and db is None else db
        return out, from_hwio(dw), db, None, None


class WinogradWeightGradFunction(torch.autograd.Function):
    """The gradient for the weights, (co, ci, 3, 3)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dy: Tensor, shape: ConvShape) -> Tensor:
        """As the class says."""
        ctx.save_for_backward(x, dy)
        ctx.shape = shape
        inputs = Inputs(channels_last(x), dy=channels_last(dy))
        return cast("Tensor", from_hwio(compute(Op.BACKWARD, shape, inputs, Requested(weights=True)).weights))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, dy), shape, (weight,) = ctx.saved_tensors, ctx.shape, gradients
        wants_x, wants_dy, _ = ctx.needs_input_grad
        dx = WinogradTransposedFunction.apply(dy, weight, None, NO_RELU, shape) if wants_x else None
        out = WinogradFunction.apply(x, weight, None, NO_RELU, NOT_POOLED, shape) if wants_dy else None
        return dx, out, None  # pyright: ignore[reportReturnType]
