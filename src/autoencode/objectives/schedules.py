"""Weights that change with the training step."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from torch import Tensor

from autoencode.errors import ArgumentError

Schedule = Callable[[int | None], float]
"""step → weight. Without a step (in evaluation) it gives its final value."""
_reader: ContextVar[Callable[[Schedule, int], float | Tensor] | None] = ContextVar("reader", default=None)


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


@dataclass(frozen=True)
class Cyclical:
    """A weight that rises from 0 to `final` again and again, and in each cycle then stays there.

        weight  ╱▔▔╱▔▔╱▔▔╱▔▔▔▔▔▔   4 cycles, each rising for half of it; afterwards `final`

    Every cycle begins with codes that are worth reading and learns to pay for them, from a better start than the last.

    Args:
        period: training steps in a cycle; in the paper, those of the whole training divided by `cycles`.
        cycles: how many there are.
        rise_fraction: of a cycle that the rise takes.
        final: the weight after the rise.

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
                "a cyclical weight has a period and a number of cycles of 1 or more, and rises for a share above 0 and "
                f"up to 1, not {self.period}, {self.cycles} and {self.rise_fraction}"
            )

    def __call__(self, step: int | None) -> float:
        """The weight at `step`, or the final one."""
        if step is None or step >= self.period * self.cycles:
            return self.final
        return self.final * min(1.0, step % self.period / (self.period * self.rise_fraction))


def schedule_value(weight: float | Schedule, step: int | None) -> float | Tensor:
    """The value of a weight that is a number or a schedule."""
    if not callable(weight):
        return weight
    read = _reader.get()
    return weight(step) if read is None or step is None else read(weight, step)


@contextmanager
def override_schedules(read: Callable[[Schedule, int], float | Tensor]) -> Generator[None]:
    """While it is entered, `schedule_value` asks `read` for the value of a schedule at a step.

    A step that is written down as a graph must hold such a value as an input rather than as the number that it was.
    """
    token = _reader.set(read)
    try:
        yield
    finally:
        _reader.reset(token)
