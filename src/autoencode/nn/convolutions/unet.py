"""A U-Net for images of any size."""

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.residual_blocks import NormFreeResidualBlock
from autoencode.nn.convolutions.transposed_conv import TransposedConv


class UNet(nn.Module):
    """A U-Net: feature maps are downsampled step by step and upsampled again, with skip connections at each size.

        x ─► pixel unshuffle ─► convolution ─► blocks ────────── + ──► blocks ─► convolution ─► pixel shuffle
                                                 └► half ─► blocks ─┘ double

    It is fully convolutional and has no normalisation over positions, so tiles of an image give the same result as the
    whole image (`FiniteReceptiveField`). A fresh network is zero everywhere.

    Args:
        channels: of the input, (batch, channels, height, width). If a side is not a multiple of `multiple`, the last
            row or column is repeated until it is.
        out_channels: of the output, (batch, out_channels, height, width).
        widths: channels of the feature maps at a half, a quarter … of the size.
        blocks: residual blocks at each size on the way down, and on the way up.

    References:
        Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015. There skip connections are concatenated; here they
        are added, blocks are residual, and the first downsampling is lossless (pixel unshuffle; Shi et al., CVPR 2016).

    Example:
        >>> import torch
        >>> net = UNet(1, 1, (8, 16))
        >>> net(torch.zeros(2, 1, 20, 36)).shape, net.multiple
        (torch.Size([2, 1, 20, 36]), 4)
    """

    def __init__(self, channels: int, out_channels: int, widths: Sequence[int], blocks: int = 1) -> None:
        super().__init__()
        sizes = [2 ** (level + 1) for level in range(len(widths))]
        self.multiple = sizes[-1]
        self.halo = _halo(sizes, blocks)
        self.first = nn.Sequential(nn.PixelUnshuffle(2), Conv(4 * channels, widths[0]))
        self.down = nn.ModuleList(_blocks(width, blocks) for width in widths)
        self.smaller = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in pairwise(widths))
        self.larger = nn.ModuleList(TransposedConv(b, a, 2, stride=2) for a, b in pairwise(widths))
        self.up = nn.ModuleList(_blocks(width, blocks) for width in widths[:-1])
        self.last = nn.Sequential(nn.ReLU(), last := Conv(widths[0], 4 * out_channels), nn.PixelShuffle(2))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out height width"]:
        """(batch, channels, height, width) to (batch, out_channels, height, width)."""
        height, width = x.shape[2:]
        x = F.pad(x, (0, -width % self.multiple, 0, -height % self.multiple), mode="replicate")
        return self._whole(x)[..., :height, :width]

    def _whole(self, x: Tensor) -> Tensor:
        return self.last(_through_sizes(self, self.first(x)))


class UNetFeatures(nn.Module):
    """The inside of a U-Net: feature maps of one size, which have been at smaller ones.

    Args:
        widths: channels of the feature maps at the size of the input, a half of it, a quarter …; the first is the
            number of channels of the input and of the output.
        blocks: residual blocks at each size, on the way down and on the way up.

    Example:
        >>> import torch
        >>> net = UNetFeatures((8, 16))
        >>> net(torch.zeros(2, 8, 10, 18)).shape, net.multiple
        (torch.Size([2, 8, 10, 18]), 2)
    """

    def __init__(self, widths: Sequence[int], blocks: int = 1) -> None:
        super().__init__()
        self.multiple = 2 ** (len(widths) - 1)
        self.down = nn.ModuleList(_blocks(width, blocks) for width in widths)
        self.smaller = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in pairwise(widths))
        self.larger = nn.ModuleList(TransposedConv(b, a, 2, stride=2) for a, b in pairwise(widths))
        self.up = nn.ModuleList(_blocks(width, blocks) for width in widths[:-1])

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels height width"]:
        """Feature maps to the same shape; sides must be multiples of `multiple`."""
        return _through_sizes(self, x)


def _through_sizes(net: UNet | UNetFeatures, x: Tensor) -> Tensor:
    """Down to the smallest size and up again, with skip connections."""
    maps = [net.down[0](x)]
    for halve, down in zip(net.smaller, list(net.down)[1:], strict=True):
        maps.append(down(halve(maps[-1])))
    x = maps.pop()
    for double, up in zip(reversed(net.larger), reversed(net.up), strict=True):
        x = up(maps.pop() + double(x))
    return x


def _blocks(width: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*(NormFreeResidualBlock(width) for _ in range(blocks)))


def _halo(sizes: Sequence[int], blocks: int) -> int:
    """The radius of the receptive field in pixels: each convolution adds the size of a point of its map."""
    ways = [2 * blocks * size * (1 if size == sizes[-1] else 2) for size in sizes]
    return sizes[0] * 2 + sum(ways) + sizes[-1]
