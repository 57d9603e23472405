"""Codes made of an image and a correction of it, for models that restore rather than compress."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.conditioning.channels import concat_context
from autoencode.nn.conditioning.conditional import Conditional
from autoencode.nn.tiling.receptive_field import copy_receptive_field


class ResidualCode(nn.Module):
    """x ─► (x, network(x)), concatenated along the channels. It has a `FiniteReceptiveField` if the network has one.

    Args:
        network: (batch, channels, height, width) → a correction of the same shape.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        copy_receptive_field(self, network)

    def forward(self, x: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch twice_channels ..."]:
        """(batch, channels, height, width) to (batch, 2 · channels, height, width)."""
        return torch.cat([x, self.network(x).to(x.dtype)], 1)


class DirectCode(nn.Module):
    """x ─► network(x): the network's output alone. It has a `FiniteReceptiveField` if the network has one.

    Its weights have the names of a `ResidualCode`'s, so that a training can begin with those of a restorer.

    Args:
        network: (batch, channels, height, width) → (batch, out_channels, height, width).
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        copy_receptive_field(self, network)

    def forward(self, x: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch out_channels ..."]:
        """(batch, channels, height, width) to (batch, out_channels, height, width)."""
        return self.network(x)


class ConditionalResidualCode(Conditional):
    """x, c ─► (x, network((x, c))): a correction conditioned on an image, concatenated to x along the channels.

    It has a `FiniteReceptiveField` if the network has one.

    Args:
        network: (batch, channels of x and of c, height, width) → a correction, (batch, channels of x, height, width).
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        copy_receptive_field(self, network)

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context, which is resized to the size of x, to (batch, 2 · channels, height, width)."""
        x, context = args
        return torch.cat([x, self.network(concat_context(x, context)).to(x.dtype)], 1)


class ResidualCodeDecoder(nn.Module):
    """(x, correction) ─► x + correction, without parameters: the decoder of such codes."""

    def forward(self, z: Float[Tensor, "batch twice_channels ..."]) -> Float[Tensor, "batch channels ..."]:
        """(batch, 2 · channels, height, width) to (batch, channels, height, width)."""
        x, correction = z.chunk(2, 1)
        return x + correction
