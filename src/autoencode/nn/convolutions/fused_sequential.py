"""Layers one after the other, some of them in one."""

from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv, PooledConv
from autoencode.nn.convolutions.transposed_conv import TransposedConv, UpsampledConv

_FUSIBLE = (Conv, PooledConv, TransposedConv, UpsampledConv)
"""Layers that a ReLU can be computed with."""

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class FusedSequential(nn.Sequential):
    """PyTorch's `Sequential`, which computes a convolution and the ReLU behind it at once where that is faster."""

    def forward(self, input: Tensor) -> Tensor:
        """What the layers make of it, one after the other."""
        layers, place = list(self), 0
        while place < len(layers):
            layer = layers[place]
            if _can_fuse(layers[place : place + 2]):
                input, place = layer(input, relu=True), place + 2
            else:
                input, place = layer(input), place + 1
        return input


def _can_fuse(layers: list[nn.Module]) -> bool:
    """Whether these are a convolution and a ReLU, to neither of which anybody listens."""
    pair = len(layers) == 2 and type(layers[0]) in _FUSIBLE and type(layers[1]) is nn.ReLU
    return pair and not any(getattr(layer, hooks) for layer in layers for hooks in _HOOKS)
