"""Damage scaled at random, stronger and weaker than in the training pairs."""

from dataclasses import dataclass, replace

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError


@dataclass(frozen=True)
class StrengthJitter:
    """Multiplies the difference between each example and its target by a random factor.

    The few stains of a few pairs become stains of every darkness. Values are cut off at black and white, as in scans.

    Args:
        jitter: factors are even between 1 - jitter and 1 + jitter; 0 leaves examples as they are.

    Raises:
        ArgumentError: a number outside 0 to 1.
    """

    jitter: float

    def __post_init__(self) -> None:
        if not 0 <= self.jitter <= 1:
            raise ArgumentError(f"the strength of damage varies by a number from 0 to 1, not {self.jitter}")

    def __call__(self, batch: Batch) -> Batch:
        """The batch, its examples nearer to their targets or farther from them."""
        if self.jitter == 0:
            return batch
        factor = batch.x.new_empty(len(batch), *[1] * (batch.x.ndim - 1)).uniform_(1 - self.jitter, 1 + self.jitter)
        x = (batch.target + factor * (batch.x - batch.target)).clamp(0, 1)
        return replace(batch, x=x, target=batch.target)
