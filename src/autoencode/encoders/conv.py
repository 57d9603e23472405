"""A convolutional encoder, for images of any size."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.fused_sequential import FusedSequential
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.dense import Activation, dense_stack, relu


class ConvEncoder(nn.Module):
    """3×3 convolutions with padding 1, then fully connected layers.

        x ─► [conv 3×3 ─► activation ─► dropout] × n ─► flatten ─► [linear ─► activation] × m ─► features

    Args:
        data_shape: (channels, height, width), any size.
        channels: output channels of each convolution.
        strides: of each convolution, as many as `channels`.
        widths: units of the fully connected layers that follow.
        activation: makes the activation after each layer.
        dropout: probability that a channel is set to zero after each convolution, 0 for none.

    Example:
        >>> import torch
        >>> encoder = ConvEncoder((3, 33, 21), [8, 16], [2, 2], [32])
        >>> encoder(torch.zeros(5, 3, 33, 21)).shape
        torch.Size([5, 32])
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        channels: Sequence[int],
        strides: Sequence[int],
        widths: Sequence[int],
        activation: Activation = relu,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        n_in, height, width = data_shape
        layers: list[nn.Module] = []
        for n_out, stride in zip(channels, strides, strict=True):
            layers += [Conv(n_in, n_out, stride), activation()]
            layers += [nn.Dropout2d(dropout)] if dropout else []
            n_in = n_out
        last_height, last_width = sizes_after((height, width), strides)[-1]
        self.convolutions = FusedSequential(*layers)
        self.dense = dense_stack([n_in * last_height * last_width, *widths], activation)
        self.out_features = widths[-1]

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch features"]:
        """(batch, channels, height, width) to (batch, out_features)."""
        # Channels last, the memory format of the convolutions: flattening needs no copy.
        return self.dense(self.convolutions(x).movedim(1, -1).flatten(1))
