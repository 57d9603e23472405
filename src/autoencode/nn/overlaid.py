"""Networks that see a picture as the context, laid over what they work on."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autoencode.nn.conditional import Conditional
from autoencode.nn.conv import Conv
from autoencode.nn.local import make_as_local


class Overlaid(Conditional):
    """A network that is shown the context's channels behind those of its input: x, c → network((x, c)).

    It is as `Local` as the network is.

    Args:
        network: (batch, channels of x and of c, height, width) → features.

    Example:
        >>> Overlaid(nn.Conv2d(3 + 1, 8, 3))(torch.zeros(5, 3, 9, 7), torch.zeros(5, 1, 32, 32)).shape
        torch.Size([5, 8, 7, 5])
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        make_as_local(self, network)

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context, which is fitted to the height and width of x, to features."""
        return self.network(laid_over(*args))


class Retouched(Conditional):
    """A decoder whose picture is drawn over once more in sight of the context: z, c → touch((decoder(z, c), c)).

    A vector of the context says little of where things are; here every place of the picture sees its own surroundings.

    Args:
        decoder: conditional, z and c → (batch, channels, height, width).
        touch: (batch, those channels and those of c, height, width) → features.
    """

    def __init__(self, decoder: Conditional, touch: nn.Module) -> None:
        super().__init__()
        self.decoder, self.touch = decoder, Overlaid(touch)

    def forward(self, *args: Tensor) -> Tensor:
        """z and the context to the decoder's features."""
        return self.touch(self.decoder(*args), args[1])


def touch(channels: int, hidden: int, features: int) -> nn.Sequential:
    """Two 3×3 convolutions, which see two points around each: (batch, channels, h, w) → (batch, features, h, w)."""
    first, last = Conv(channels, hidden), Conv(hidden, features)
    return nn.Sequential(first, nn.SiLU(), last)


def laid_over(x: Tensor, context: Tensor) -> Tensor:
    """x and behind its channels those of the context, fitted to it."""
    return torch.cat([x, fitted(context, x)], 1)


def fitted(context: Tensor, x: Tensor) -> Tensor:
    """The context with the height and width of x, each point that of the nearest."""
    same = context.shape[-2:] == x.shape[-2:]
    return (context if same else F.interpolate(context, x.shape[-2:])).to(x.dtype)
