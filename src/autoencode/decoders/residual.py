"""A residual convolutional decoder, for images of any size."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.residual_blocks import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.convolutions.transposed_conv import UpsampledConv
from autoencode.nn.dense import Linear


class ResidualDecoder(nn.Module):
    """The mirror image of `ResidualEncoder`: residual blocks, with upsampling between them.

        z ─► linear ─► unflatten ─► block ─► [upsample ─► conv ─► block] × (levels − 1) ─► upsample ─► conv ─► features

    Nearest-neighbour upsampling before a convolution avoids checkerboard artefacts (Odena et al., "Deconvolution and
    checkerboard artifacts", Distill 2016). It has a target size, so that odd sizes are reproduced without cropping.

    Args:
        latent_dim: dimensions of the latent code.
        features_shape: (channels, height, width) of the likelihood's features, any size.
        channels: of each level, from the smallest size to the largest.

    Example:
        >>> import torch
        >>> ResidualDecoder(2, (3, 33, 21), [16, 8])(torch.zeros(5, 2)).shape
        torch.Size([5, 3, 33, 21])
    """

    def __init__(self, latent_dim: int, features_shape: Sequence[int], channels: Sequence[int]) -> None:
        super().__init__()
        n_features, height, width = features_shape
        sizes = sizes_after((height, width), [2] * len(channels))[::-1]
        self.start = (*sizes[0], channels[0])
        self.dense = Linear(latent_dim, channels[0] * sizes[0][0] * sizes[0][1])
        layers: list[nn.Module] = [ResidualBlock(channels[0])]
        for (n_in, n_out), size in zip(pairwise(channels), sizes[1:-1], strict=True):
            layers += [UpsampledConv(n_in, n_out, size), ResidualBlock(n_out)]
        self.layers = nn.Sequential(*layers, nn.SiLU(), UpsampledConv(channels[-1], n_features, sizes[-1]))

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch channels height width"]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        # Channels last, the memory format of the convolutions: no copy is needed.
        return self.layers(self.dense(z).unflatten(1, self.start).movedim(-1, 1))
