"""Convolutions of few channels to many, and of many to few."""

from typing import Any

import torch
from torch import Tensor

from autoencode.kernels.calls import LINEAR, as_last, call, channels_last, taps
from autoencode.kernels.shape import Shape
from autoencode.kernels.slopes import of_results


class Thin(torch.autograd.Function):
    """y = w ∗ x + b for pictures of few channels, to which no gradient goes; or of it what `Wide` gives."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: Shape
    ) -> Tensor:
        """As the class says."""
        y, which = shape.maxima() if pooled else (shape.result(), None)
        call("autoencode_thin_forward", shape, relu, channels_last(x), taps(weight), bias, y, which)
        ctx.save_for_backward(x, weight, y if relu else None, which)
        ctx.shape = shape
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what `forward` is given, in its order."""
        (x, weight, y, which), shape, (dy,) = ctx.saved_tensors, ctx.shape, gradients
        _, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():
            dy = of_results(dy, y, which, shape)
            _, dw = _pytorchs(dy, x, weight, shape.stride, wants_weight=wants_weight)
            return None, dw, dy.sum((0, 2, 3)) if wants_bias else None, None, None, None
        dw, db = dy.new_empty((3, 3, shape.ci, shape.co)), dy.new_empty(shape.co)
        call("autoencode_thin_backward", shape, LINEAR, channels_last(x), channels_last(dy), as_last(y), which, dw, db)
        return None, dw.permute(3, 2, 0, 1), db if wants_bias else None, None, None, None


class Narrow(torch.autograd.Function):
    """y = w ∗ x + b for few channels; the way back is a convolution of few."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, shape: Shape) -> Tensor:
        """As the class says."""
        y, rows = shape.result(), weight.detach().permute(0, 2, 3, 1).contiguous()
        call("autoencode_narrow_forward", shape, LINEAR, channels_last(x), rows, bias, y)
        ctx.save_for_backward(x, weight)
        ctx.shape = shape
        return y

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
            dx = turned.result()
            call("autoencode_thin_forward", turned, LINEAR, dy, taps(weight.transpose(0, 1).flip(2, 3)), None, dx, None)
        if wants_weight:
            made = dy.new_empty((3, 3, turned.ci, turned.co))
            call("autoencode_thin_backward", turned, LINEAR, dy, channels_last(x), None, None, made, None)
            dw = made.flip(0, 1).permute(2, 3, 0, 1)
        return dx, dw, db, None


def _pytorchs(
    dy: Tensor, x: Tensor, weight: Tensor, stride: int, *, wants_x: bool = False, wants_weight: bool = False
) -> tuple[Tensor | None, Tensor | None]:
    """The gradients for x and the weights by PyTorch's operation, which can be differentiated again."""
    options = (None, [stride] * 2, [1, 1], [1, 1], False, [0, 0], 1, [wants_x, wants_weight, False])
    dx, dw, _ = torch.ops.aten.convolution_backward(dy, x, weight, *options)
    return dx, dw
