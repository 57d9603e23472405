"""A few numbers about the whole of a picture of any size."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.dense import Linear

_PIECE = 1024
"""Larger pictures are summarised in pieces of so many pixels a side."""


class PictureSummary(nn.Module):
    """Convolutions that halve the size, the mean over all positions, and a linear layer that begins at zero.

    Args:
        channels: of the input, (batch, channels, height, width).
        out_features: numbers about each picture.
        widths: channels of the feature maps at a half, a quarter … of the size.

    Example:
        >>> PictureSummary(1, 6, (8, 16))(torch.zeros(2, 1, 20, 36)).shape
        torch.Size([2, 6])
    """

    def __init__(self, channels: int, out_features: int, widths: Sequence[int]) -> None:
        super().__init__()
        sides = pairwise((channels, *widths))
        self.layers = nn.Sequential(*(part for a, b in sides for part in (Conv(a, b, stride=2), nn.ReLU())))
        self.head = Linear(widths[-1], out_features)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out_features"]:
        """The numbers; of a large picture those of the mean over its pieces, each weighted by its pixels."""
        return self.head(sum(self._weighted_mean(piece, x) for piece in _pieces(x)))

    def _weighted_mean(self, piece: Tensor, x: Tensor) -> Tensor:
        share = piece.shape[2] * piece.shape[3] / (x.shape[2] * x.shape[3])
        means = self.layers(piece).mean((2, 3))
        return means if share == 1 else share * means


def _pieces(x: Tensor) -> list[Tensor]:
    return [piece for rows in torch.split(x, _PIECE, 2) for piece in torch.split(rows, _PIECE, 3)]
