"""Convolutions of few channels to many, and of many to few."""

from typing import Any, cast

import torch
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape
from autoencode.kernels.convolution_ops import (
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
from autoencode.kernels.relu_maxpool import relu_maxpool_backward


class FewInputsFunction(torch.autograd.Function):
    """y = w ∗ x + b for images of few channels that need no gradient, then max pooling and ReLU where asked for."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, relu: bool, pooled: bool, shape: ConvShape
    ) -> Tensor:
        """(n, ci, h, w) to (n, co, oh, ow), or to half of both sides."""
        return forward(ctx, Op.FEW_INPUTS_FORWARD, x, weight, bias, shape, relu=relu, pooled=pooled)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments of `forward`; none for x."""
        (x, weight, y, mask), shape, (dy,) = ctx.saved_tensors, ctx.shape, grads
        _, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        if torch.is_grad_enabled():  # the gradients will be differentiated
            dy = relu_maxpool_backward(dy, y, mask if ctx.pooled else None, shape)
            _, dw = _torch_conv_backward(dy, x, weight, shape.stride, wants_weight=wants_weight)
            return None, dw, dy.sum((0, 2, 3)) if wants_bias else None, None, None, None
        inputs = Inputs(channels_last(x), dy=channels_last(dy), mask=channels_last_or_none(mask))
        requested = Requested(weights=True, sums=wants_bias)
        _, dw, db, _ = compute(Op.FEW_INPUTS_BACKWARD, shape, inputs, requested, pooled=ctx.pooled)
        return None, from_hwio(dw), db, None, None, None


class FewOutputsFunction(torch.autograd.Function):
    """y = w ∗ x + b to few channels. Its gradients are convolutions of dy, which has few channels."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, shape: ConvShape) -> Tensor:
        """(n, ci, h, w) to (n, co, h, w)."""
        rows = weight.detach().permute(0, 2, 3, 1).contiguous()
        inputs = Inputs(channels_last(x), weight=rows, bias=contiguous_or_none(bias))
        ctx.save_for_backward(x, weight)
        ctx.shape = shape
        return cast("Tensor", compute(Op.FEW_OUTPUTS_FORWARD, shape, inputs, Requested(maps=True)).maps)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments of `forward`."""
        (x, weight), transposed, (dy,) = ctx.saved_tensors, ctx.shape.transposed, grads
        wants_x, wants_weight, wants_bias, _ = ctx.needs_input_grad
        db = dy.sum((0, 2, 3)) if wants_bias else None
        if torch.is_grad_enabled():  # the gradients will be differentiated
            return *_torch_conv_backward(dy, x, weight, 1, wants_x=wants_x, wants_weight=wants_weight), db, None
        dy, dx, dw = channels_last(dy), None, None
        if wants_x:
            inputs = Inputs(dy, weight=to_hwio(weight.transpose(0, 1).flip(2, 3)))
            dx = compute(Op.FEW_INPUTS_FORWARD, transposed, inputs, Requested(maps=True)).maps
        if wants_weight:
            inputs = Inputs(dy, dy=channels_last(x))
            flipped = compute(Op.FEW_INPUTS_BACKWARD, transposed, inputs, Requested(weights=True)).weights
            dw = cast("Tensor", flipped).flip(0, 1).permute(2, 3, 0, 1)
        return dx, dw, db, None


def _torch_conv_backward(
    dy: Tensor, x: Tensor, weight: Tensor, stride: int, *, wants_x: bool = False, wants_weight: bool = False
) -> tuple[Tensor | None, Tensor | None]:
    """The gradients of x and the weights by PyTorch's operation, which can be differentiated again."""
    options = (None, [stride] * 2, [1, 1], [1, 1], False, [0, 0], 1, [wants_x, wants_weight, False])
    dx, dw, _ = torch.ops.aten.convolution_backward(dy, x, weight, *options)
    return dx, dw
