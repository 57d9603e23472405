"""Schedules: weights that change during training."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from torch import Tensor

from autoencode.errors import ArgumentError

Schedule = Callable[[int | None], float]
"""step → weight; for a step of None (in evaluation) the final value."""
_reader: ContextVar[Callable[[Schedule, int], float | Tensor] | None] = ContextVar("reader", default=None)


@dataclass(frozen=True)
class Warmup:
    """A weight that rises linearly to `final`.

    Without it a VAE often stops using most latent dimensions in its first steps (posterior collapse) and does not
    recover.

    Args:
        steps: training steps of the rise; 0 for none.
        final: the weight afterwards.
        start: the share of it that the rise begins with.

    Raises:
        ArgumentError: fewer than 0 steps, or a start outside 0 to 1.

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
    start: float = 0.0

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise ArgumentError(f"the steps of a warm-up must be 0 or more, not {self.steps}")
        if not 0 <= self.start <= 1:
            raise ArgumentError(f"a warm-up starts from a share of 0 to 1 of its final weight, not {self.start}")

    def __call__(self, step: int | None) -> float:
        """The weight at `step`, or the final one."""
        if step is None or step >= self.steps:
            return self.final
        risen = self.final * step / self.steps
        return risen + self.start * (self.final - risen)


@dataclass(frozen=True)
class Cyclical:
    """A weight that rises linearly from 0 to `final` in each of several cycles, and then stays there.

        weight  ╱▔▔╱▔▔╱▔▔╱▔▔▔▔▔▔   4 cycles, each rising for half of its steps; afterwards `final`

    Each cycle starts without a KL from codes that are informative, so that more latent dimensions stay in use.

    Args:
        period: training steps in a cycle; in the paper, those of the whole training divided by `cycles`.
        cycles: number of cycles.
        rise_fraction: share of a cycle in which the weight rises, above 0 and up to 1.
        final: the weight after the rise.

    Raises:
        ArgumentError: a period or number of cycles below 1, or a rise_fraction outside its range.

    References:
        Fu et al., "Cyclical annealing schedule: a simple approach to mitigating KL vanishing", NAACL 2019, equation 6,
        with the straight line that the paper takes for f.

    Example:
        >>> beta = Cyclical(100, cycles=2)
        >>> beta(0), beta(25), beta(50), beta(99), beta(125), beta(200), beta(None)
        (0.0, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0)
    """

    period: int
    cycles: int = 4
    rise_fraction: float = 0.5
    final: float = 1.0

    def __post_init__(self) -> None:
        if self.period < 1 or self.cycles < 1 or not 0 < self.rise_fraction <= 1:
            raise ArgumentError(
                "Cyclical needs a period and a number of cycles of 1 or more, and a rise_fraction above 0 and up to 1, "
                f"not {self.period}, {self.cycles} and {self.rise_fraction}"
            )

    def __call__(self, step: int | None) -> float:
        """The weight at `step`, or the final one."""
        if step is None or step >= self.period * self.cycles:
            return self.final
        return self.final * min(1.0, step % self.period / (self.period * self.rise_fraction))


def schedule_value(weight: float | Schedule, step: int | None) -> float | Tensor:
    """The value of a weight at a step; the weight is a number or a schedule."""
    if not callable(weight):
        return weight
    read = _reader.get()
    return weight(step) if read is None or step is None else read(weight, step)


@contextmanager
def override_schedules(read: Callable[[Schedule, int], float | Tensor]) -> Generator[None]:
    """In this context `schedule_value` calls `read` for the value of a schedule at a step.

    A training step that is traced as a graph needs such a value as an input of the graph, not as a constant.
    """
    token = _reader.set(read)
    try:
        yield
    finally:
        _reader.reset(token)
