"""Schedules of the learning rate: functions from the share of the training that is done to a factor."""

import math
from collections.abc import Callable

from autoencode.registry import Registry

lr_schedules: Registry[Callable[[float], float]] = Registry("schedule", "autoencode list schedules")

_WARMUP = 0.05


@lr_schedules.register("constant")
def constant(done: float) -> float:
    """A constant learning rate from the first step to the last."""
    return 1.0


@lr_schedules.register("linear")
def linear(done: float) -> float:
    """Warm-up over the first 5 %, then a linear decay to zero."""
    return min(done / _WARMUP, (1 - done) / (1 - _WARMUP))


@lr_schedules.register("cosine")
def cosine(done: float) -> float:
    """Warm-up over the first 5 %, then a cosine decay to zero."""
    if done < _WARMUP:
        return done / _WARMUP
    return 0.5 * (1 + math.cos(math.pi * (done - _WARMUP) / (1 - _WARMUP)))


@lr_schedules.register("one-cycle")
def one_cycle(done: float) -> float:
    """Warm-up over the first 30 %, then a cosine decay to zero (after Smith and Topin, 2018)."""
    if done < 0.3:
        return 0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * done / 0.3))
    return 0.5 * (1 + math.cos(math.pi * (done - 0.3) / 0.7))
