"""Past frames to features and a code, and features and a code to the frames that come next."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.residual_blocks import NormFreeResidualBlock
from autoencode.nn.convolutions.unet import UNetFeatures
from autoencode.nn.picture_summary import PictureSummary

STRIDE = 4
"""Pixels a side of what stands at one place of the feature maps."""


class FrameShape(NamedTuple):
    """What a window of frames is.

    Args:
        channels: of a frame.
        past: frames that are known.
        future: frames that come next.
        height: in pixels.
        width: in pixels.
    """

    channels: int
    past: int
    future: int
    height: int
    width: int

    def grid(self, levels: int) -> tuple[int, int]:
        """Height and width of the feature maps, for a U-Net of so many sizes."""
        step = 2 ** (levels - 1)
        height, width = (-(-side // (STRIDE * step)) * step for side in (self.height, self.width))
        return height, width


class PastAndCode(nn.Module):
    """Past frames ─► the last of them, features of all, and the mean and log-scale of a code, as planes on a grid.

        past ─► pixel unshuffle ─► convolution ─► U-Net ─► features at a quarter of the size
        past ─────────► guess ─────► mean, log-scale          what the past says of its code
        past, future ─► recognise ─► mean, log-scale          what both say, in training

    The last frame goes along without loss (pixel unshuffle), so that the decoder adds a change to it.

    Args:
        shape: of the frames; those of a window are stacked along the channels, the oldest first.
        latent_dim: numbers of the code.
        widths: channels of the feature maps at a quarter, an eighth … of the size.
        blocks: residual blocks of the U-Net at each size.
        summary_widths: channels of guess and recognise at a half, a quarter … of the size.

    References:
        Denton and Fergus, "Stochastic video generation with a learned prior", ICML 2018, equation 2, where guess and
        recognise are recurrent; the convolutions in between at a quarter of the size: Gao et al., "SimVP", CVPR 2022.
    """

    def __init__(
        self,
        shape: FrameShape,
        *,
        latent_dim: int,
        widths: Sequence[int],
        blocks: int,
        summary_widths: Sequence[int],
    ) -> None:
        super().__init__()
        self.shape, self.grid = shape, shape.grid(len(widths))
        self.n_features = widths[0] + STRIDE**2 * shape.channels
        self.first = nn.Sequential(nn.PixelUnshuffle(STRIDE), Conv(STRIDE**2 * shape.channels * shape.past, widths[0]))
        self.network = UNetFeatures(widths, blocks)
        frames = shape.channels * shape.past
        self.guess = PictureSummary(frames, 2 * latent_dim, summary_widths)
        self.recognise = PictureSummary(frames + shape.channels * shape.future, 2 * latent_dim, summary_widths)

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch planes rows columns"]:
        """(batch, past · channels, height, width) to (batch, n_features + 2 · latent_dim, *grid)."""
        height, width = (side * STRIDE for side in self.grid)
        padded = F.pad(x, (0, width - x.shape[3], 0, height - x.shape[2]), mode="replicate")
        last = F.pixel_unshuffle(padded[:, -self.shape.channels :], STRIDE)
        features = self.network(self.first(padded))
        return torch.cat([last.to(features.dtype), features, self._planes(self.guess(x), features)], 1)

    def with_target(
        self,
        planes: Float[Tensor, "batch _planes rows columns"],
        x: Float[Tensor, "batch channels height width"],
        target: Float[Tensor, "batch target_channels height width"],
    ) -> Float[Tensor, "batch planes rows columns"]:
        """The same features with the mean and log-scale that past and future give.

        Args:
            planes: what `forward` gave, or its features alone.
            x: the past.
            target: the future.
        """
        features = planes[:, : self.n_features]
        numbers = self.recognise(torch.cat([x, target.to(x.dtype)], 1))
        return torch.cat([features, self._planes(numbers, features)], 1)

    def _planes(self, numbers: Tensor, features: Tensor) -> Tensor:
        return numbers.to(features.dtype)[:, :, None, None].expand(-1, -1, *features.shape[2:])


class FutureFromCode(nn.Module):
    """Features and a code ─► the frames that come next: the last known frame, and a change for each of them.

    A fresh network changes nothing: it repeats the last frame.

    Args:
        shape: of the frames.
        features: planes of features besides the last frame's.
        latent_dim: numbers of the code.
        blocks: residual blocks.
    """

    def __init__(self, shape: FrameShape, features: int, latent_dim: int, blocks: int) -> None:
        super().__init__()
        self.shape, self.n_last = shape, STRIDE**2 * shape.channels
        self.layers = nn.Sequential(
            Conv(self.n_last + features + latent_dim, features),
            *(NormFreeResidualBlock(features) for _ in range(blocks)),
            nn.ReLU(),
            last := Conv(features, self.n_last * shape.future),
        )
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, z: Float[Tensor, "batch planes rows columns"]) -> Float[Tensor, "batch frames height width"]:
        """(batch, last frame, features and code, *grid) to (batch, future · channels, height, width)."""
        last = z[:, : self.n_last].repeat(1, self.shape.future, 1, 1)
        frames = F.pixel_shuffle(last + self.layers(z), STRIDE)
        return frames[..., : self.shape.height, : self.shape.width]
