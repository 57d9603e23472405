"""How a network declares the radius of its receptive field."""

from typing import Any, Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class FiniteReceptiveField(Protocol):
    """A fully convolutional network whose output at a pixel depends only on the pixels near it.

    A model whose encoder has these two attributes can be applied to an image of any size tile by tile, without seams:
    `autoencode.nn.apply_tiled`. Normalisation over positions, fully connected layers and attention depend on the whole
    image and rule this out.

    Args:
        halo: radius of the receptive field of the model's output in pixels, through encoder and decoder. Too large
            costs time, too small makes seams.
        multiple: the sides of an image and the positions of tiles must be multiples of it: 8 if the image is
            downsampled three times; 1 if it keeps its size.

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
    """Copies the receptive field of a network to a module that wraps it.

    Args:
        wrapper: receives halo and multiple, if the network has them.
        network: the wrapped network.
    """
    if isinstance(network, FiniteReceptiveField):
        wrapper.halo, wrapper.multiple = network.halo, network.multiple
