"""Networks that are told the context: a class, or a picture."""

from typing import cast

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor, nn

from autoencode.errors import ShapeError
from autoencode.nn.conditional import Conditional


class OneHot(nn.Module):
    """Class numbers as vectors with a single one.

    Args:
        n_classes: how many there are.

    Example:
        >>> OneHot(3)(torch.tensor([2, 0])).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.n_classes = n_classes

    def forward(self, labels: Int[Tensor, " batch"]) -> Tensor:
        """(batch,) whole numbers to (batch, n_classes).

        Raises:
            ShapeError: a class that there is not.
        """
        if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < self.n_classes:
            raise ShapeError(
                f"the model knows the classes 0 to {self.n_classes - 1}, and the context holds {int(labels.min())} to "
                f"{int(labels.max())}"
            )
        return F.one_hot(labels, self.n_classes).to(torch.get_default_dtype())


class Beside(Conditional):
    """An encoder whose features stand beside those of the context: x, c → (encoder(x), told(c)).

    Args:
        encoder: (batch, *data_shape) → (batch, features).
        told: context → (batch, features).
    """

    def __init__(self, encoder: nn.Module, told: nn.Module) -> None:
        super().__init__()
        self.encoder, self.told = encoder, told

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context to (batch, features of both)."""
        x, context = args
        seen = cast("Tensor", self.encoder(x))
        return torch.cat([seen, self.told(context).to(seen.dtype)], -1)


class Ahead(Conditional):
    """A decoder that sees the context behind the code: z, c → decoder((z, told(c))).

    Args:
        decoder: (batch, latent_dim + features of the context) → features.
        told: context → (batch, features).
    """

    def __init__(self, decoder: nn.Module, told: nn.Module) -> None:
        super().__init__()
        self.decoder, self.told = decoder, told

    def forward(self, *args: Tensor) -> Tensor:
        """z and the context to the decoder's features."""
        z, context = args
        return self.decoder(torch.cat([z, self.told(context).to(z.dtype)], -1))
