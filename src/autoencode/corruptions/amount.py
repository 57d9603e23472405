"""How much a corruption corrupts: one number, or a range of them."""

import math
from dataclasses import dataclass

from autoencode.errors import ArgumentError

Amount = float | tuple[float, float]
"""One number for all pictures, or the least and the most, between which each picture draws its own."""


@dataclass(frozen=True)
class AmountRange:
    """What the amount of a kind of corruption is, and which amounts it takes.

    Args:
        meaning: what it is, with its article: "a share of the values".
        low: the least amount.
        high: the largest one.
        sample_from_low: one number means the range from `low` up to it.
    """

    meaning: str
    low: float
    high: float
    sample_from_low: bool = False

    def bounds(self, amount: Amount) -> tuple[float, float]:
        """The least and the largest amount that a picture can draw."""
        if isinstance(amount, tuple):
            return amount
        return (self.low if self.sample_from_low else amount), amount

    def check(self, amount: Amount, name: str) -> None:
        """Raises unless the amount has a meaning.

        Args:
            amount: any.
            name: of the kind, for the message.

        Raises:
            ArgumentError: a number outside of the scale, or a range the wrong way round.
        """
        low, high = amount if isinstance(amount, tuple) else (amount, amount)
        for number in (low, high):
            if not self.low <= number <= self.high:  # a NaN fails here as well
                raise ArgumentError(f"{name} takes {self.meaning}, {self.low:g} to {self.high:g}, not {number:g}")
        if low > high:
            raise ArgumentError(f"{name} takes a range from less to more, not {low:g}..{high:g}")


def parse_amount(text: str) -> Amount | None:
    """An amount as a person writes it; None for what is no number.

    Example:
        >>> parse_amount("0.1"), parse_amount("0.05..0.3"), parse_amount("much")
        (0.1, (0.05, 0.3), None)
    """
    try:
        numbers = [float(word) for word in text.split("..")]
    except ValueError:
        return None
    if len(numbers) > 2 or not all(map(math.isfinite, numbers)):
        return None
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
