"""A decoder of codes that are a grid, for images of any size."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.residual_blocks import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.convolutions.transposed_conv import FewOutputsConv, UpsampledConv


class GridDecoder(nn.Module):
    """The mirror image of `GridEncoder`: residual blocks on the grid, then upsampling to the size of the image.

        z ─► conv ─► block × n ─► [SiLU ─► upsample ─► conv] × levels ─► SiLU ─► conv ─► features

    Args:
        latent_dim: dimensions of the code at each position of the grid.
        features_shape: (channels, height, width) of the likelihood's features, any size.
        channels: of each level, from the smallest size to the largest.
        n_blocks: residual blocks at the start.

    Example:
        >>> import torch
        >>> GridDecoder(4, (3, 33, 21), [16, 8])(torch.zeros(5, 4, 9, 6)).shape
        torch.Size([5, 3, 33, 21])
    """

    def __init__(
        self, latent_dim: int, features_shape: Sequence[int], channels: Sequence[int], n_blocks: int = 1
    ) -> None:
        super().__init__()
        n_features, height, width = features_shape
        sizes = sizes_after((height, width), [2] * len(channels))[::-1]
        layers: list[nn.Module] = [Conv(latent_dim, channels[0])]
        layers += [ResidualBlock(channels[0]) for _ in range(n_blocks)]
        for (n_in, n_out), size in zip(pairwise([*channels, channels[-1]]), sizes[1:], strict=True):
            layers += [nn.SiLU(), UpsampledConv(n_in, n_out, size)]
        self.layers = nn.Sequential(*layers, nn.SiLU(), FewOutputsConv(channels[-1], n_features))

    def forward(self, z: Float[Tensor, "batch latent h w"]) -> Float[Tensor, "batch channels height width"]:
        """(batch, latent_dim, *grid) to (batch, *features_shape)."""
        return self.layers(z)
