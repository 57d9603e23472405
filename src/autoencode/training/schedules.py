"""How the learning rate runs over a training, as pure functions of the share that is done."""

import math
from collections.abc import Callable

from autoencode.registry import Registry

schedules: Registry[Callable[[float], float]] = Registry("schedule", "autoencode list schedules")

_RISE = 0.05


@schedules.named("constant")
def constant(done: float) -> float:
    """The same from beginning to end."""
    return 1.0


@schedules.named("linear")
def linear(done: float) -> float:
    """A rise over the first 5 %, then a straight line to zero."""
    return min(done / _RISE, (1 - done) / (1 - _RISE))


@schedules.named("cosine")
def cosine(done: float) -> float:
    """A rise over the first 5 %, then half a cosine to zero."""
    if done < _RISE:
        return done / _RISE
    return 0.5 * (1 + math.cos(math.pi * (done - _RISE) / (1 - _RISE)))


@schedules.named("one-cycle")
def one_cycle(done: float) -> float:
    """A rise over the first 30 %, then half a cosine to zero (after Smith and Topin, 2018)."""
    if done < 0.3:
        return 0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * done / 0.3))
    return 0.5 * (1 + math.cos(math.pi * (done - 0.3) / 0.7))
