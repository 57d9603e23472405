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
    """y = w ∗ x + b, then max pooling over 2×2 points and ReLU where they are asked for."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: ConvShape
    ) -> Tensor:
        """(n, ci, h, w) to (n, co, oh, ow), or to half of both sides."""
        return forward(ctx, Op.FORWARD, x, weight, bias, shape, relu=relu, pooled=pooled)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments of `forward`."""
        (x, weight, y, mask), shape, (dy,) = ctx.saved_tensors, ctx.shape, grads
        wants_x, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # the gradients will be differentiated
            dy = relu_maxpool_backward(dy, y, mask if ctx.pooled else None, shape)
            dx = WinogradTransposedFunction.apply(dy, weight, None, NO_RELU, shape) if wants_x else None
            dw = WinogradWeightGradFunction.apply(x, dy, shape) if wants_weight else None
            db = dy.sum((0, 2, 3)) if wants_bias else None
            return dx, dw, db, None, None, None  # pyright: ignore[reportReturnType]
        inputs = Inputs(
            x=channels_last(x) if wants_weight else None,
            weight=to_hwio(weight.transpose(0, 1)) if wants_x else None,
            dy=channels_last(dy),
            mask=channels_last_or_none(mask),
        )
        requested = Requested(wants_x, wants_weight, wants_bias)
        dx, dw, db, _ = compute(Op.BACKWARD, shape, inputs, requested, pooled=ctx.pooled)
        return dx, from_hwio(dw), db, None, None, None


class WinogradTransposedFunction(torch.autograd.Function):
    """The transposed convolution, which is the gradient of x; then a bias and a ReLU where they are asked for."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, shape: ConvShape) -> Tensor:
        """(n, co, oh, ow) to (n, ci, h, w)."""
        inputs = Inputs(weight=to_hwio(weight.transpose(0, 1)), bias=contiguous_or_none(bias), dy=channels_last(dy))
        requested = Requested(maps=True, mask=relu and any(ctx.needs_input_grad))
        outputs = compute(Op.BACKWARD, shape, inputs, requested, relu=relu)
        ctx.save_for_backward(dy, weight, outputs.maps if relu else None, outputs.mask)
        ctx.shape = shape
        return cast("Tensor", outputs.maps)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments of `forward`."""
        (dy, weight, y, mask), shape, (x,) = ctx.saved_tensors, ctx.shape, grads
        wants_dy, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # the gradients will be differentiated
            x = relu_backward(x, y)
            out = WinogradFunction.apply(x, weight, None, NO_RELU, NOT_POOLED, shape) if wants_dy else None
            dw = WinogradWeightGradFunction.apply(x, dy, shape) if wants_weight else None
            return out, dw, x.sum((0, 2, 3)) if wants_bias else None, None, None  # pyright: ignore[reportReturnType]
        dy = channels_last(dy) if wants_weight else None
        inputs = Inputs(channels_last(x), to_hwio(weight), dy=dy, mask=channels_last_or_none(mask))
        requested = Requested(maps=True, weights=wants_weight, sums=wants_bias and mask is not None)
        out, dw, db, _ = compute(Op.FORWARD, shape, inputs, requested)
        db = x.sum((0, 2, 3)) if wants_bias and db is None else db
        return out, from_hwio(dw), db, None, None


class WinogradWeightGradFunction(torch.autograd.Function):
    """The gradient of the weights."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, dy: Tensor, shape: ConvShape) -> Tensor:
        """(n, ci, h, w) and (n, co, oh, ow) to (co, ci, 3, 3)."""
        ctx.save_for_backward(x, dy)
        ctx.shape = shape
        inputs = Inputs(channels_last(x), dy=channels_last(dy))
        return cast("Tensor", from_hwio(compute(Op.BACKWARD, shape, inputs, Requested(weights=True)).weights))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments of `forward`."""
        (x, dy), shape, (weight,) = ctx.saved_tensors, ctx.shape, grads
        wants_x, wants_dy, _ = ctx.needs_input_grad
        dx = WinogradTransposedFunction.apply(dy, weight, None, NO_RELU, shape) if wants_x else None
        out = WinogradFunction.apply(x, weight, None, NO_RELU, NOT_POOLED, shape) if wants_dy else None
        return dx, out, None  # pyright: ignore[reportReturnType]
