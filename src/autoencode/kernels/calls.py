"""The compiled convolutions, of tensors."""

import ctypes

import torch
from torch import Tensor

from autoencode.kernels.library import built
from autoencode.kernels.shape import Shape

LINEAR = False
"""In place of a ReLU."""
WHOLE = False
"""In place of a maximum."""


def forward_of_wide(
    shape: Shape, x: Tensor, weight: Tensor, bias: Tensor | None = None, *, relu: bool = False, pooled: bool = False
) -> tuple[Tensor, Tensor | None]:
    """The convolution; and which of four a maximum was, where that is asked for."""
    y, which = shape.maxima() if pooled else (shape.result(), None)
    given = channels_last(x), None, taps(weight), bias
    call("autoencode_forward", shape, relu, *given, y, which, None, None, None)
    return y, which


def backward_of_transposed(
    shape: Shape, x: Tensor, x_mask: Tensor | None, weight: Tensor, dy: Tensor, *, wants_weight: bool
) -> tuple[Tensor, Tensor | None, Tensor]:
    """The gradients of a transposed convolution of dy, where x is its result's: for dy, the weights and the bias."""
    y = shape.result()
    total = None if x_mask is None else y.new_empty(shape.ci)
    dw = y.new_empty((3, 3, shape.ci, shape.co)) if wants_weight else None
    given, other = (channels_last(x), as_last(x_mask), taps(weight), None), channels_last(dy) if wants_weight else None
    call("autoencode_forward", shape, LINEAR, *given, y, None, total, other, dw)
    return y, None if dw is None else dw.permute(3, 2, 0, 1), x.sum((0, 2, 3)) if total is None else total


def backward_of_wide(
    shape: Shape,
    x: Tensor | None,
    weight: Tensor | None,
    dy: Tensor,
    *,
    x_mask: Tensor | None = None,
    dy_mask: Tensor | None = None,
    which: Tensor | None = None,
    wants_x: bool = False,
    wants_weight: bool = False,
    start: Tensor | None = None,
    relu: bool = False,
) -> tuple[Tensor | None, Tensor | None, Tensor]:
    """The gradients that are wanted: for the pictures (starting from `start`), the weights, and the bias always."""
    dx = shape.picture() if wants_x else None
    dw = dy.new_empty((3, 3, shape.ci, shape.co)) if wants_weight else None
    db = dy.new_empty(shape.co)
    turned = taps(weight.transpose(0, 1)) if weight is not None and wants_x else None
    given = channels_last(x) if x is not None and wants_weight else None
    masks, dy = (as_last(x_mask), as_last(dy_mask)), channels_last(dy)
    call("autoencode_backward", shape, relu, given, masks[0], turned, dy, masks[1], which, start, dx, dw, db)
    return dx, None if dw is None else dw.permute(3, 2, 0, 1), db


def call(name: str, shape: Shape, relu: bool, *tensors: Tensor | None) -> None:
    """The compiled function of this name; tensors are channels-last, and some of them are filled.

    Raises:
        AssertionError: it cannot do this convolution.
    """
    held = [tensor.contiguous() if tensor is not None and tensor.ndim == 1 else tensor for tensor in tensors]
    pointers = [ctypes.c_void_p(None if tensor is None else tensor.data_ptr()) for tensor in held]
    if getattr(built(), name)(shape.sizes, shape.stride, torch.get_num_threads(), int(relu), *pointers):
        raise AssertionError(f"{name} was asked for {shape}, which it cannot do")


def channels_last(x: Tensor) -> Tensor:
    """Numbers in the order batch, height, width, channels, whatever strides PyTorch gives to sides of one point."""
    return x.detach().movedim(1, -1).contiguous().movedim(-1, 1)


def as_last(x: Tensor | None) -> Tensor | None:
    """The same, of what need not be there."""
    return None if x is None else channels_last(x)


def taps(weight: Tensor) -> Tensor:
    """(co, ci, 3, 3) as (3, 3, ci, co)."""
    return weight.detach().permute(2, 3, 1, 0).contiguous()
