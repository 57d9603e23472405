"""Gradients through ReLU and max pooling, by operations of PyTorch that can be differentiated again."""

import torch
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape


def relu_backward(dy: Tensor, y: Tensor | None) -> Tensor:
    """The gradient before a ReLU.

    Args:
        dy: the gradient after it.
        y: the result of the ReLU, or None where there is no ReLU.
    """
    return dy if y is None else torch.where(y > 0, dy, 0.0)


def relu_maxpool_backward(dy: Tensor, y: Tensor | None, argmax: Tensor | None, shape: ConvShape) -> Tensor:
    """The gradient of the result of a convolution, before max pooling and ReLU.

    Args:
        dy: the gradient after them.
        y: the result of the ReLU, or None where there is no ReLU.
        argmax: which of the four points was the maximum, `Outputs.mask`, or None where there is no pooling.
        shape: of the convolution.
    """
    dy = relu_backward(dy, y)
    if argmax is None:
        return dy
    points = torch.stack([torch.where(argmax == point, dy, 0.0) for point in range(4)], -1).unflatten(-1, (2, 2))
    return points.transpose(-3, -2).flatten(4).flatten(2, 3)[..., : shape.oh, : shape.ow]
