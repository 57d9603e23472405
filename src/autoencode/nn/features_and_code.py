"""What the code of several plausible masks is made of: features of each pixel, and a few numbers of the whole."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.unet import UNet
from autoencode.nn.picture_summary import PictureSummary
from autoencode.nn.tiling.receptive_field import copy_receptive_field


class FeaturesAndCode(nn.Module):
    """x ─► features of each pixel, and the mean and log-scale of a code of the whole, as planes of one value each.

        x ─────────► U-Net ─► features
        x ─────────► guess ─► mean, log-scale          what the picture says of its code
        x, target ─► recognise ─► mean, log-scale      what both say, in training

    The receptive field that it declares is that of the features.

    Args:
        channels: of x, (batch, channels, height, width).
        target_channels: of targets.
        features: planes of features.
        latent_dim: numbers of the code.
        widths: channels of the feature maps at a half, a quarter … of the size, in all three networks.
        blocks: residual blocks of the U-Net at each size.

    References:
        Kohl et al., "A probabilistic U-Net for segmentation of ambiguous images", NeurIPS 2018, figure 1, where guess
        and recognise are called prior net and posterior net.
    """

    def __init__(
        self,
        channels: int,
        target_channels: int,
        *,
        features: int,
        latent_dim: int,
        widths: Sequence[int],
        blocks: int = 1,
    ) -> None:
        super().__init__()
        self.n_features = features
        self.network = UNet(channels, features, widths, blocks)
        self.guess = PictureSummary(channels, 2 * latent_dim, widths)
        self.recognise = PictureSummary(channels + target_channels, 2 * latent_dim, widths)
        copy_receptive_field(self, self.network)

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch planes height width"]:
        """Features, mean and log-scale that the picture gives, (batch, features + 2 · latent_dim, height, width)."""
        return _with_planes(self.network(x), self.guess(x))

    def with_target(
        self,
        planes: Float[Tensor, "batch _planes height width"],
        x: Float[Tensor, "batch channels height width"],
        target: Float[Tensor, "batch target_channels height width"],
    ) -> Float[Tensor, "batch planes height width"]:
        """The same features with the mean and log-scale that picture and target give.

        Args:
            planes: what `forward` gave, or its features alone.
            x: the pictures.
            target: their targets.
        """
        return _with_planes(planes[:, : self.n_features], self.recognise(torch.cat([x, target.to(x.dtype)], 1)))


def _with_planes(features: Tensor, numbers: Tensor) -> Tensor:
    planes = numbers.to(features.dtype)[:, :, None, None].expand(-1, -1, *features.shape[2:])
    return torch.cat([features, planes], 1)
