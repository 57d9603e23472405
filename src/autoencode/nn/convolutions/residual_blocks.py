"""Residual blocks, with group normalisation and without."""

import math

from torch import Tensor, nn
from torch.nn import functional

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.fused_sequential import FusedSequential


class _GroupNorm(nn.GroupNorm):
    """Group normalisation, in one group where a group of its own would hold a single value.

    That is so for as many channels as groups at one pixel: each value would be its own mean, and the result would not
    depend on the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same; a single value is only scaled and shifted."""
        one_pixel = input.shape[2:].numel() == 1
        if not one_pixel or self.num_groups != self.num_channels:
            return super().forward(input)
        if self.num_channels == 1:
            return input * self.weight + self.bias
        return functional.group_norm(input, 1, self.weight, self.bias, self.eps)


class ResidualBlock(nn.Module):
    """x + f(x), with f two 3×3 convolutions after group normalisation and SiLU.

    The last convolution starts at zero, so that a fresh block is the identity and the outputs of a fresh network of any
    depth are of order one.

    Args:
        channels: of the input and of the output, (batch, channels, height, width).

    References:
        He et al., "Identity mappings in deep residual networks", ECCV 2016; Wu and He,
        "Group normalization", ECCV 2018.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        groups = math.gcd(8, channels)
        self.layers = nn.Sequential(
            _GroupNorm(groups, channels),
            nn.SiLU(),
            Conv(channels, channels),
            _GroupNorm(groups, channels),
            nn.SiLU(),
            last := Conv(channels, channels),
        )
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same."""
        return x + self.layers(x)


class NormFreeResidualBlock(nn.Module):
    """x + f(x), with f two 3×3 convolutions after ReLU, without normalisation; a fresh block is the identity.

    Args:
        channels: of the input and of the output, (batch, channels, height, width).

    References:
        Zhang, Dauphin and Ma, "Fixup initialization", ICLR 2019; Lim et al., "Enhanced deep residual networks for
        single image super-resolution", CVPR workshops 2017, which leaves normalisation out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = FusedSequential(
            nn.ReLU(),
            Conv(channels, channels),
            nn.ReLU(),
            last := Conv(channels, channels),
        )
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same."""
        return x + self.layers(x)
