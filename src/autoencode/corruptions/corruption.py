"""What a corruption is, and the table of their names."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount, Scale, read_amount
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, ShapeError
from autoencode.nn import without_autocast
from autoencode.registry import Registry

Corruption = Callable[[Batch], Batch]
"""A batch to one whose `x` is spoiled and whose `target` is clean, on the batch's device."""


@dataclass(frozen=True)
class Graded(ABC):
    """A corruption that spoils by an amount; each example has its own noise, and its own amount if that is a range.

    Noise comes from the global generator, so that a run's is a function of its seed. Values are those of the model,
    0 to 1 for pictures.

    Args:
        amount: how much; what it is, and the default, are the kind's own.
    """

    amount: Amount = 0.0

    name: ClassVar[str]
    """What a person types."""
    scale: ClassVar[Scale]
    """What the amount is."""
    pictures_only: ClassVar[bool] = False
    """Whether it has no meaning for vectors."""

    def __post_init__(self) -> None:
        self.scale.check(self.amount, self.name)

    @classmethod
    def from_text(cls, text: str) -> "Graded":
        """The corruption of an amount as a person writes it.

        Args:
            text: a number, or a range such as 0.05..0.3.

        Raises:
            ArgumentError: neither, or an amount without meaning.
        """
        amount = read_amount(text)
        if amount is None:
            low, high = cls.scale.span(cls().amount)
            raise ArgumentError(
                f"{cls.name} takes a number or a range, such as {cls.name}:{high:g} or "
                f"{cls.name}:{(low if low < high else high / 2):g}..{high:g}, not {text!r}"
            )
        return cls(amount)

    def __call__(self, batch: Batch) -> Batch:
        """The batch with spoiled examples, and the clean ones to be asked for.

        Raises:
            ShapeError: vectors, and it spoils pictures only.
        """
        x = batch.x
        if self.pictures_only and x.ndim != 4:
            raise ShapeError(
                f"{self.name} spoils pictures (batch, channels, height, width), not examples of shape "
                f"{tuple(x.shape[1:])}: choose another corruption"
            )
        with without_autocast(x.device):
            return replace(batch, x=self.spoil(x, self._drawn(x)), target=batch.target)

    def _drawn(self, x: Tensor) -> Tensor:
        """An amount for each example, (batch, 1, …)."""
        low, high = self.scale.span(self.amount)
        shape = (len(x), *[1] * (x.ndim - 1))
        return x.new_full(shape, low) if low == high else x.new_empty(shape).uniform_(low, high)

    @abstractmethod
    def spoil(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples, spoiled.

        Args:
            x: the examples, (batch, channels, height, width) for pictures; not to be changed.
            amount: one for each, (batch, 1, …).
        """
        raise NotImplementedError


G = TypeVar("G", bound=type[Graded])

corruptions: Registry[type[Graded]] = Registry("corruption", "autoencode list corruptions")
"""The kinds of corruption. Each can be made without arguments, or with an amount."""


def kind(name: str, meaning: str, low: float, high: float, *, up_to: bool = False) -> Callable[[G], G]:
    """Enters a kind of corruption in the table.

    Args:
        name: what a person types.
        meaning: what its amount is, with its article: "a share of the values".
        low: the least amount.
        high: the largest one.
        up_to: one number means the range from `low` up to it.
    """

    def enter(made: G) -> G:
        made.name, made.scale = name, Scale(meaning, low, high, up_to)
        return corruptions.named(name)(made)

    return enter
