"""A residual convolutional encoder, for images of any size."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.residual_blocks import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.dense import dense_stack


class ResidualEncoder(nn.Module):
    """Levels of residual blocks, each of which halves the image. Values from 0 to 1 are first mapped to −1 to 1.

        x ─► 2x − 1 ─► [conv stride 2 ─► block] × levels ─► SiLU ─► flatten ─► linear ─► SiLU ─► features

    Args:
        data_shape: (channels, height, width), any size.
        channels: of each level.
        out_features: units of the last layer.

    Example:
        >>> import torch
        >>> ResidualEncoder((1, 28, 28), [8, 16], 64)(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 64])
    """

    def __init__(self, data_shape: Sequence[int], channels: Sequence[int], out_features: int) -> None:
        super().__init__()
        n_in, height, width = data_shape
        strides = [2] * len(channels)
        layers: list[nn.Module] = []
        for n_out, stride in zip(channels, strides, strict=True):
            layers += [Conv(n_in, n_out, stride), ResidualBlock(n_out)]
            n_in = n_out
        last_height, last_width = sizes_after((height, width), strides)[-1]
        self.layers = nn.Sequential(*layers, nn.SiLU())
        self.dense = dense_stack([n_in * last_height * last_width, out_features], nn.SiLU)
        self.out_features = out_features

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch features"]:
        """(batch, channels, height, width) to (batch, out_features)."""
        # Channels last, the memory format of the convolutions: flattening needs no copy.
        return self.dense(self.layers(x * 2 - 1).movedim(1, -1).flatten(1))
