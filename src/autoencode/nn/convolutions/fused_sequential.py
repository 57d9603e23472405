"""Layers in sequence, with ReLUs fused into convolutions."""

from torch import Tensor, nn

from autoencode.kernels.torch_private import has_hooks
from autoencode.nn.convolutions.conv import Conv, PooledConv
from autoencode.nn.convolutions.transposed_conv import TransposedConv, UpsampledConv

_FUSIBLE = (Conv, PooledConv, TransposedConv, UpsampledConv)
"""Layers that can apply a ReLU to their output."""


class FusedSequential(nn.Sequential):
    """PyTorch's `Sequential`, which computes a convolution and the ReLU after it in one kernel where that is faster."""

    def forward(self, input: Tensor) -> Tensor:
        """The layers applied in sequence."""
        layers, place = list(self), 0
        while place < len(layers):
            layer = layers[place]
            if _can_fuse(layers[place : place + 2]):
                input, place = layer(input, relu=True), place + 2
            else:
                input, place = layer(input), place + 1
        return input


def _can_fuse(layers: list[nn.Module]) -> bool:
    """Whether these are a convolution and a ReLU, without hooks."""
    pair = len(layers) == 2 and type(layers[0]) in _FUSIBLE and type(layers[1]) is nn.ReLU
    return pair and not any(map(has_hooks, layers))
