"""Weights that change with the training step."""

from collections.abc import Callable
from dataclasses import dataclass

from autoencode.errors import ArgumentError

Schedule = Callable[[int | None], float]
"""step → weight. Without a step (in evaluation) it gives its final value."""


@dataclass(frozen=True)
class Warmup:
    """A weight that rises in a straight line from 0 to `final`.

    Without it a VAE with a strong KL often switches most latent dimensions off in its first steps and never recovers.

    Args:
        steps: training steps that the rise takes; 0 for none.
        final: the weight afterwards.

    References:
        Bowman et al., "Generating sentences from a continuous space", CoNLL 2016, section 3.1;
        Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016, section 2.3.

    Example:
        >>> beta = Warmup(1000, final=4.0)
        >>> beta(0), beta(500), beta(2000), beta(None)
        (0.0, 2.0, 4.0, 4.0)
    """

    steps: int
    final: float = 1.0

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise ArgumentError(f"warm-up takes 0 steps or more, not {self.steps}")

    def __call__(self, step: int | None) -> float:
        """The weight at `step`, or the final one."""
        if step is None or step >= self.steps:
            return self.final
        return self.final * step / self.steps


def at(weight: float | Schedule, step: int | None) -> float:
    """The value of a weight that is a number or a schedule."""
    return weight(step) if callable(weight) else weight
