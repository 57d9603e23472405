"""A code that is the example itself and what to add to it: for models that repair and need not compress."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.conditional import Conditional
from autoencode.nn.local import Local
from autoencode.nn.overlaid import fitted

Start = Callable[[Tensor, Tensor], Tensor]


class WithCorrection(nn.Module):
    """x ─► (x, network(x)), one behind the other in the channels. As `Local` as the network is.

    Args:
        network: (batch, channels, height, width) → the same shape; 0 for a picture that shall stay as it is.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        if isinstance(network, Local):
            self.halo, self.multiple = network.halo, network.multiple

    def forward(self, x: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch twice_channels ..."]:
        """(batch, channels, height, width) to (batch, 2 · channels, height, width)."""
        return torch.cat([x, self.network(x).to(x.dtype)], 1)


class WithCorrectionInContext(Conditional):
    """x, c ─► (start, network((x, c))): what is corrected is x, or what the context says of it.

    Args:
        network: (batch, channels of x and of c, height, width) → (batch, channels of x, height, width); 0 for a start
            that shall stay as it is. As `Local` as the network is.
        start: x and the context ─► what is corrected, of the shape of x; x itself by default.
    """

    def __init__(self, network: nn.Module, start: Start | None = None) -> None:
        super().__init__()
        self.network, self.start = network, start or _itself
        if isinstance(network, Local):
            self.halo, self.multiple = network.halo, network.multiple

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context, which is fitted to the height and width of x, to (batch, 2 · channels, height, width)."""
        x, context = args[0], fitted(args[1], args[0])
        return torch.cat([self.start(x, context), self.network(torch.cat([x, context], 1)).to(x.dtype)], 1)


def mean_of_context(x: Tensor, context: Tensor) -> Tensor:
    """The mean of the pictures in the context, which lie one behind the other in its channels.

    Example:
        >>> mean_of_context(torch.zeros(1, 2, 1, 1), torch.tensor([1.0, 2.0, 5.0, 8.0]).view(1, 4, 1, 1)).flatten()
        tensor([3., 5.])
    """
    return context.unflatten(1, (-1, x.shape[1])).mean(1)


def _itself(x: Tensor, context: Tensor) -> Tensor:
    return x


class Sum(nn.Module):
    """(x, correction) ─► x + correction: the decoder of such codes."""

    def forward(self, z: Float[Tensor, "batch twice_channels ..."]) -> Float[Tensor, "batch channels ..."]:
        """(batch, 2 · channels, height, width) to (batch, channels, height, width)."""
        x, correction = z.chunk(2, 1)
        return x + correction
