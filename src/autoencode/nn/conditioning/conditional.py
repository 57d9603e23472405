"""Parts that take a context, and networks conditioned on a vector such as a one-hot class."""

from abc import abstractmethod
from typing import Any, cast

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor, nn

from autoencode.errors import ArgumentError, ShapeError
from autoencode.kernels import is_exporting


class Conditional(nn.Module):
    """A part (encoder, prior, decoder) whose `forward` takes the context of the batch as its last argument.

    Parts that do not derive from this class are called without it.
    """

    @abstractmethod
    def forward(self, *args: Tensor) -> Any:
        """Takes the usual input and then the context."""
        raise NotImplementedError


def call_with_context(part: nn.Module, *args: Tensor, context: Tensor | None) -> Any:
    """Calls `part`, with the context if it is `Conditional`.

    Raises:
        ArgumentError: a conditional part is called without a context.
    """
    if not isinstance(part, Conditional):
        return part(*args)
    if context is None:
        raise ArgumentError(f"{type(part).__name__} is conditional: give the context that it was trained with")
    return part(*args, context)


class OneHot(nn.Module):
    """Class indices as one-hot vectors.

    Args:
        n_classes: number of classes.

    Example:
        >>> OneHot(3)(torch.tensor([2, 0])).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.n_classes = n_classes

    def forward(self, labels: Int[Tensor, " batch"]) -> Tensor:
        """(batch,) class indices to (batch, n_classes).

        Raises:
            ShapeError: an index that is not from 0 to n_classes − 1.
        """
        if not is_exporting() and labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < self.n_classes:
            raise ShapeError(
                f"the model has the classes 0 to {self.n_classes - 1}, and the context has {int(labels.min())} to "
                f"{int(labels.max())}"
            )
        return F.one_hot(labels, self.n_classes).to(torch.get_default_dtype())


class ConditionalEncoder(Conditional):
    """An encoder whose features are concatenated with those of the context: x, c → (encoder(x), context_encoder(c)).

    Args:
        encoder: (batch, *data_shape) → (batch, features).
        context_encoder: context → (batch, features).
    """

    def __init__(self, encoder: nn.Module, context_encoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.context_encoder = encoder, context_encoder

    def forward(self, *args: Tensor) -> Tensor:
        """x and the context to (batch, features of both)."""
        x, context = args
        seen = cast("Tensor", self.encoder(x))
        return torch.cat([seen, self.context_encoder(context).to(seen.dtype)], -1)


class ConditionalDecoder(Conditional):
    """A decoder of the code, concatenated with the context's features: z, c → decoder((z, context_encoder(c))).

    Args:
        decoder: (batch, latent_dim + features of the context) → features.
        context_encoder: context → (batch, features).
    """

    def __init__(self, decoder: nn.Module, context_encoder: nn.Module) -> None:
        super().__init__()
        self.decoder, self.context_encoder = decoder, context_encoder

    def forward(self, *args: Tensor) -> Tensor:
        """z and the context to the decoder's features."""
        z, context = args
        return self.decoder(torch.cat([z, self.context_encoder(context).to(z.dtype)], -1))
