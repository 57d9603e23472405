"""A decoder of transposed convolutions, for images of any size."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.fused_sequential import FusedSequential
from autoencode.nn.convolutions.sizes import Size, sizes_after
from autoencode.nn.convolutions.transposed_conv import FewOutputsConv, TransposedConv
from autoencode.nn.dense import Activation, dense_stack, relu


class ConvDecoder(nn.Module):
    """Fully connected layers, then transposed 3×3 convolutions that undo the strides exactly, then one convolution.

        z ─► [linear ─► activation] × m ─► unflatten ─► [transposed conv ─► activation] × n ─► conv 3×3 ─► features

    The output size of a strided transposed convolution is ambiguous; the size needed is passed to each, so that images
    of any size are reproduced without cropping.

    Args:
        latent_dim: dimensions of the latent code.
        features_shape: (channels, height, width) of the likelihood's features, any size.
        channels: of the first feature map, then of the output of each transposed convolution.
        strides: of each transposed convolution, one fewer than `channels`.
        widths: units of fully connected layers before the first feature map.
        activation: makes the activation after each layer but the last.
        dropout: probability that a channel is set to zero after each transposed convolution, 0 for none.

    Example:
        >>> import torch
        >>> ConvDecoder(2, (3, 33, 21), [16, 8], [2])(torch.zeros(5, 2)).shape
        torch.Size([5, 3, 33, 21])
    """

    def __init__(
        self,
        latent_dim: int,
        features_shape: Sequence[int],
        channels: Sequence[int],
        strides: Sequence[int],
        widths: Sequence[int] = (),
        activation: Activation = relu,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        n_features, height, width = features_shape
        # The sizes on the way down, reversed.
        sizes = sizes_after((height, width), strides[::-1])[::-1]
        self.start = (*sizes[0], channels[0])
        self.dense = dense_stack([latent_dim, *widths, channels[0] * sizes[0][0] * sizes[0][1]], activation)
        layers: list[nn.Module] = []
        for i, stride in enumerate(strides):
            padding = _output_padding(sizes[i], sizes[i + 1], stride)
            layers += [TransposedConv(channels[i], channels[i + 1], 3, stride, 1, padding), activation()]
            layers += [nn.Dropout2d(dropout)] if dropout else []
        self.convolutions = FusedSequential(*layers, FewOutputsConv(channels[-1], n_features))

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch channels height width"]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        # Channels last, the memory format of the convolutions: no copy is needed.
        return self.convolutions(self.dense(z).unflatten(1, self.start).movedim(-1, 1))


def _output_padding(small: Size, large: Size, stride: int) -> Size:
    """The output padding with which a transposed convolution (kernel 3, padding 1) has the size `large`."""
    return large[0] - ((small[0] - 1) * stride + 1), large[1] - ((small[1] - 1) * stride + 1)
