"""Slopes on their way back through a ReLU and a maximum."""

import torch
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape


def relu_backward(gradient: Tensor, made: Tensor | None) -> Tensor:
    """What of a gradient passes a ReLU that made this; all of it where there was none."""
    return gradient if made is None else torch.where(made > 0, gradient, 0.0)


def relu_maxpool_backward(gradient: Tensor, made: Tensor | None, which: Tensor | None, shape: ConvShape) -> Tensor:
    """The slope of a convolution's results, from that of what a maximum and a ReLU made of them, of which each is None
    where there was none. It can be differentiated.
    """
    gradient = relu_backward(gradient, made)
    if which is None:
        return gradient
    each = torch.stack([torch.where(which == place, gradient, 0.0) for place in range(4)], -1).unflatten(-1, (2, 2))
    return each.transpose(-3, -2).flatten(4).flatten(2, 3)[..., : shape.oh, : shape.ow]
