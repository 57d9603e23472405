"""How unsure a segmenter is of each pixel."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def doubt(probabilities: Float[Tensor, "classes height width"]) -> Float[Tensor, "height width"]:
    """The entropy of the class of each pixel, as a share of the largest: 0 where sure, 1 where all are as probable.

    Args:
        probabilities: of each class at each pixel; of several draws their mean.

    Example:
        >>> doubt(torch.tensor([0.5, 1.0]).reshape(1, 1, 2) * torch.tensor([1.0, 0.0]).reshape(2, 1, 1))
        tensor([[0.5000, 0.0000]])
        >>> doubt(torch.full((3, 1, 1), 1 / 3))
        tensor([[1.]])
    """
    return torch.special.entr(probabilities).sum(0) / math.log(len(probabilities))
