"""Convolutions of few channels to many, and of many to few."""

from typing import Any, cast

import torch
from torch import Tensor

from autoencode.kernels.calls import (
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
from autoencode.kernels.slopes import of_results


class Thin(torch.autograd.Function):
    """y = w ∗ x + b for pictures of few channels, to which no gradient goes; or of it what `Wide` gives."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: Shape
    ) -> Tensor:
        """As the class says."""
        return forward(ctx, What.THIN_FORWARD, x, weight, bias, shape, relu=relu, pooled=pooled)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight, y, which), shape, (dy,) = ctx.saved_tensors, ctx.shape, gradients
        _, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            dy = of_results(dy, y, which if ctx.pooled else None, shape)
            _, dw = _pytorchs(dy, x, weight, shape.stride, wants_weight=wants_weight)
            return None, dw, dy.sum((0, 2, 3)) if wants_bias else None, None, None, None
        given = Given(channels_last(x), dy=channels_last(dy), passes=as_last(which))
        wants = Wants(weights=True, sums=wants_bias)
        _, dw, db, _ = compute(What.THIN_BACKWARD, shape, given, wants, pooled=ctx.pooled)
        return None, untapped(dw), db, None, None, None


class Narrow(torch.autograd.Function):
    """y = w ∗ x + b for few channels; the way back is a convolution of few."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, shape: Shape) -> Tensor:
        """As the class says."""
        rows = weight.detach().permute(0, 2, 3, 1).contiguous()
        given = Given(channels_last(x), weight=rows, bias=in_line(bias))
        ctx.save_for_backward(x, weight)
        ctx.shape = shape
        return cast("Tensor", compute(What.NARROW_FORWARD, shape, given, Wants(points=True)).points)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight), turned, (dy,) = ctx.saved_tensors, ctx.shape.turned, gradients
        wants_x, wants_weight, wants_bias, _ = ctx.needs_input_grad
        db = dy.sum((0, 2, 3)) if wants_bias else None
        if torch.is_grad_enabled():
            return *_pytorchs(dy, x, weight, 1, wants_x=wants_x, wants_weight=wants_weight), db, None
        dy, dx, dw = channels_last(dy), None, None
        if wants_x:
            given = Given(dy, weight=taps(weight.transpose(0, 1).flip(2, 3)))
            dx = compute(What.THIN_FORWARD, turned, given, Wants(points=True)).points
        if wants_weight:
            made = compute(What.THIN_BACKWARD, turned, Given(dy, dy=channels_last(x)), Wants(weights=True)).weights
            dw = cast("Tensor", made).flip(0, 1).permute(2, 3, 0, 1)
        return dx, dw, db, None


def _pytorchs(
    dy: Tensor, x: Tensor, weight: Tensor, stride: int, *, wants_x: bool = False, wants_weight: bool = False
) -> tuple[Tensor | None, Tensor | None]:
    """The gradients for x and the weights by PyTorch's operation, which can be differentiated again."""
    options = (None, [stride] * 2, [1, 1], [1, 1], False, [0, 0], 1, [wants_x, wants_weight, False])
    dx, dw, _ = torch.ops.aten.convolution_backward(dy, x, weight, *options)
    return dx, dw
