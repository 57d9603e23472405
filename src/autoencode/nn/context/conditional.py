"""How a part says that it wants the context."""

from abc import abstractmethod
from typing import Any

from torch import Tensor, nn

from autoencode.errors import ArgumentError


class Conditional(nn.Module):
    """A part (encoder, prior, decoder) whose `forward` takes the batch's context as its last argument.

    A part that does not derive from this class never sees the context.
    """

    @abstractmethod
    def forward(self, *args: Tensor) -> Any:
        """Takes the usual input and then the context."""
        raise NotImplementedError


def call_with_context(part: nn.Module, *args: Tensor, context: Tensor | None) -> Any:
    """Calls `part`, with the context if it declares that it wants one.

    Raises:
        ArgumentError: a conditional part was given no context.
    """
    if not isinstance(part, Conditional):
        return part(*args)
    if context is None:
        raise ArgumentError(f"{type(part).__name__} is conditional: give the context that it was trained with")
    return part(*args, context)
