"""A network whose layers can be looked at."""

import math
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.errors import ArgumentError
from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.linear import Linear


class FeatureExtractor(nn.Module):
    """Layers from an example to a few numbers, for critics and for comparing examples by what a network sees in them.

        x ─► layer ─► map 1 ─► layer ─► map 2 ─► … ─► map n ─► flatten, or mean over positions ─► linear ─► output

    A layer is a 3×3 convolution (for vectors: a linear layer), a normalisation and LeakyReLU of 0.2. The normalisation
    is over all of a layer of one example, and has no weights: so examples do not touch each other, and maps keep
    their size of order one however long the network learns.

    Args:
        data_shape: (channels, height, width) of any size, or (dimensions,).
        channels: of each layer.
        outputs: numbers at the end.
        strides: of each convolution; by default 2.
        pooled: whether the last map is averaged over its positions, so that pictures of other sizes are taken too.

    Raises:
        ArgumentError: no layer.

    Example:
        >>> import torch
        >>> network = FeatureExtractor((3, 33, 21), [8, 16], 1)
        >>> [tuple(each.shape) for each in network.feature_maps(torch.zeros(5, 3, 33, 21))]
        [(5, 8, 17, 11), (5, 16, 9, 6)]
        >>> network(torch.zeros(5, 3, 33, 21)).shape
        torch.Size([5, 1])
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        channels: Sequence[int],
        outputs: int,
        strides: Sequence[int] | None = None,
        *,
        pooled: bool = False,
    ) -> None:
        super().__init__()
        if not channels:
            raise ArgumentError("a network of layers has at least one: give the channels of each")
        strides = [2] * len(channels) if strides is None else strides
        widths = [data_shape[0], *channels]
        picture = len(data_shape) == 3
        self.pooled = pooled
        self.layers = nn.ModuleList(
            _layer(n_in, n_out, stride if picture else 0)
            for n_in, n_out, stride in zip(widths[:-1], channels, strides, strict=True)
        )
        positions = math.prod(sizes_after((data_shape[1], data_shape[2]), strides)[-1]) if picture else 1
        self.head = Linear(channels[-1] * (1 if pooled else positions), outputs)

    def feature_maps(self, x: Float[Tensor, "batch ..."]) -> list[Tensor]:
        """What each layer gives, (batch, channels, height, width) or (batch, channels), finest first."""
        found = [x]
        for layer in self.layers:
            found.append(layer(found[-1]))
        return found[1:]

    def head_output(self, last: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch outputs"]:
        """The output, from the last of `feature_maps`."""
        return self.head(last.flatten(2).mean(2) if self.pooled and last.ndim == 4 else last.flatten(1))

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch outputs"]:
        """(batch, *data_shape) to (batch, outputs)."""
        return self.head_output(self.feature_maps(x)[-1])


def _layer(n_in: int, n_out: int, stride: int) -> nn.Sequential:
    """A convolution of this stride, or for a stride of 0 a linear layer; with what follows it."""
    linear = Conv(n_in, n_out, stride) if stride else Linear(n_in, n_out)
    return nn.Sequential(linear, nn.GroupNorm(1, n_out, affine=False), nn.LeakyReLU(0.2))
