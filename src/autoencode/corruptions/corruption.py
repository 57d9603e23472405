"""The base of corruptions, and the registry of their names."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount, AmountRange, parse_amount
from autoencode.data.batch import Batch
from autoencode.data.modality import modality_of
from autoencode.errors import ArgumentError, ShapeError
from autoencode.nn import without_autocast
from autoencode.registry import Registry

Corruption = Callable[[Batch], Batch]
"""Maps a batch to one with a corrupted `x` and a clean `target`, on the batch's device."""


@dataclass(frozen=True)
class BaseCorruption(ABC):
    """A corruption of a given amount; each example has its own noise, and its own amount if that is a range.

    Noise comes from the global generator, so that a run's is a function of its seed. Values are those of the model,
    0 to 1 for pictures.

    Args:
        amount: how much; what it is, and the default, are the kind's own.
    """

    amount: Amount = 0.0

    name: ClassVar[str]
    """Its name on the command line."""
    scale: ClassVar[AmountRange]
    """What the amount is."""
    pictures_only: ClassVar[bool] = False
    """Whether it has no meaning for vectors."""

    def __post_init__(self) -> None:
        self.scale.check(self.amount, self.name)

    @classmethod
    def from_text(cls, text: str) -> "BaseCorruption":
        """The corruption of an amount as a person writes it.

        Args:
            text: a number, or a range such as 0.05..0.3.

        Raises:
            ArgumentError: neither, or an amount without meaning.
        """
        amount = parse_amount(text)
        if amount is None:
            low, high = cls.scale.bounds(cls().amount)
            raise ArgumentError(
                f"{cls.name} takes a number or a range, such as {cls.name}:{high:g} or "
                f"{cls.name}:{(low if low < high else high / 2):g}..{high:g}, not {text!r}"
            )
        return cls(amount)

    def __call__(self, batch: Batch) -> Batch:
        """The batch with corrupted examples as inputs and clean ones as targets.

        Raises:
            ShapeError: vectors, and it corrupts pictures only.
        """
        x = batch.x
        if self.pictures_only and not modality_of(x.shape[1:]).spatial:
            raise ShapeError(
                f"{self.name} corrupts pictures (batch, channels, height, width), not examples of shape "
                f"{tuple(x.shape[1:])}: choose another corruption"
            )
        with without_autocast(x.device):
            return replace(batch, x=self.apply(x, self._sample_amount(x)), target=batch.target)

    def _sample_amount(self, x: Tensor) -> Tensor:
        """An amount for each example, (batch, 1, …)."""
        low, high = self.scale.bounds(self.amount)
        shape = (len(x), *[1] * (x.ndim - 1))
        return x.new_full(shape, low) if low == high else x.new_empty(shape).uniform_(low, high)

    @abstractmethod
    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples, corrupted.

        Args:
            x: the examples, (batch, channels, height, width) for pictures; not to be changed.
            amount: one for each, (batch, 1, …).
        """
        raise NotImplementedError


G = TypeVar("G", bound=type[BaseCorruption])

corruptions: Registry[type[BaseCorruption]] = Registry("corruption", "autoencode list corruptions")
"""The kinds of corruption. Each can be made without arguments, or with an amount."""


def register_corruption(
    name: str, meaning: str, low: float, high: float, *, sample_from_low: bool = False
) -> Callable[[G], G]:
    """Enters a kind of corruption in the registry.

    Args:
        name: its name on the command line.
        meaning: what its amount is, with its article: "a share of the values".
        low: the least amount.
        high: the largest one.
        sample_from_low: one number means the range from `low` up to it.
    """

    def enter(made: G) -> G:
        made.name, made.scale = name, AmountRange(meaning, low, high, sample_from_low)
        return corruptions.register(name)(made)

    return enter
