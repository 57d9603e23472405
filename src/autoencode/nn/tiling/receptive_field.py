"""How a network says that it looks no further than so many pixels."""

from typing import Any, Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class FiniteReceptiveField(Protocol):
    """A fully convolutional network, whose value at a pixel depends only on the pixels near it.

    A model of pictures whose encoder has these two attributes can be applied to a picture of any size tile by tile,
    without seams: `autoencode.nn.apply_tiled`. What depends on the whole picture (normalisation over positions, fully
    connected layers, attention) is not local.

    Args:
        halo: how many pixels far, in each of the four directions, any pixel of the model's output looks: from the
            picture through encoder and decoder. Too much costs time, too little makes seams.
        multiple: the sides of a picture, and the places of tiles in it, must be multiples of it: 8 where the picture
            is halved three times on the way; 1 where it keeps its size.

    Example:
        >>> from torch import nn
        >>> network = nn.Conv2d(1, 1, 3, padding=1)
        >>> isinstance(network, FiniteReceptiveField)
        False
        >>> network.halo, network.multiple = 1, 1
        >>> isinstance(network, FiniteReceptiveField)
        True
    """

    halo: int
    multiple: int


def copy_receptive_field(wrapper: Any, network: nn.Module) -> None:
    """A wrapper that looks at pictures through a network alone is as `FiniteReceptiveField` as that is.

    Args:
        wrapper: gets the network's halo and multiple, where the network has them.
        network: what it looks through.
    """
    if isinstance(network, FiniteReceptiveField):
        wrapper.halo, wrapper.multiple = network.halo, network.multiple
