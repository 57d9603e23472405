"""Networks conditioned on an image, which is concatenated to their input along the channels."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autoencode.kernels import is_exporting
from autoencode.nn.conditioning.conditional import Conditional
from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.tiling.receptive_field import copy_receptive_field


class ChannelConditioned(Conditional):
    """A network whose input is concatenated with an image along the channels: x, c → network((x, c)).

    It has a `FiniteReceptiveField` if the network has one.

    Args:
        network: (batch, channels of x and of c, height, width) → features.

    Example:
        >>> ChannelConditioned(nn.Conv2d(3 + 1, 8, 3))(torch.zeros(5, 3, 9, 7), torch.zeros(5, 1, 32, 32)).shape
        torch.Size([5, 8, 7, 5])
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        copy_receptive_field(self, network)

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context, which is resized to the size of x, to features."""
        return self.network(concat_context(*args))


class RefinedDecoder(Conditional):
    """A decoder whose output is refined by a network that also sees the context: z, c → refiner((decoder(z, c), c)).

    The decoder receives the context as a vector, with little spatial detail; the refiner sees it at full resolution.

    Args:
        decoder: conditional, z and c → (batch, channels, height, width).
        refiner: (batch, those channels and those of c, height, width) → features.
    """

    def __init__(self, decoder: Conditional, refiner: nn.Module) -> None:
        super().__init__()
        self.decoder, self.refiner = decoder, ChannelConditioned(refiner)

    def forward(self, *args: Tensor) -> Tensor:
        """z and the context to the decoder's features."""
        return self.refiner(self.decoder(*args), args[1])


def refinement_layers(channels: int, hidden: int, features: int) -> nn.Sequential:
    """Two 3×3 convolutions, a receptive field of 5×5: (batch, channels, h, w) → (batch, features, h, w)."""
    first, last = Conv(channels, hidden), Conv(hidden, features)
    return nn.Sequential(first, nn.SiLU(), last)


def concat_context(x: Tensor, context: Tensor) -> Tensor:
    """x and the context, resized to the size of x, concatenated along the channels."""
    return torch.cat([x, resize_context(context, x)], 1)


def resize_context(context: Tensor, x: Tensor) -> Tensor:
    """The context, resized to the height and width of x by nearest-neighbour interpolation."""
    same = not is_exporting() and context.shape[-2:] == x.shape[-2:]
    return (context if same else F.interpolate(context, x.shape[-2:])).to(x.dtype)
