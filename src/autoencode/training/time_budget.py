"""How many steps fit into a time, at first and on the way."""

import copy
import time

from autoencode.data import Batches, Subset
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step
from autoencode.training.optimizers import optimizers
from autoencode.training.validate import validate

_REPLANS = 50
_TOLERANCE = 0.05


class TimeBudget:
    """Plans again while a training goes on, since a machine that was busy at the start may be idle later.

    A plan that is right within a twentieth is kept: on a quiet machine a training has the steps that it began with.

    Args:
        minutes: of training and validation, those before a resume included.
        steps: that fit into them, as was thought at first or before a resume; changed by `plan`.
        steps_per_epoch: after so many there is a validation.
    """

    def __init__(self, minutes: float, steps: int, steps_per_epoch: int) -> None:
        self._seconds, self.steps, self._steps_per_epoch = minutes * 60, steps, steps_per_epoch
        self._training = self._validating = self._since_look = 0.0
        self._trained = self._validated = 0

    def add_step(self, seconds: float) -> bool:
        """Takes note of a step; whether it is time to plan again, as it is some fifty times in a training."""
        self._training += seconds
        self._trained += 1
        self._since_look += seconds
        return self._since_look > self._seconds / _REPLANS

    def add_validation(self, seconds: float) -> None:
        """Takes note of a validation."""
        self._validating += seconds
        self._validated += 1

    def plan(self, step: int, seconds: float) -> bool:
        """Whether `steps` had to be changed, after `step` of them have taken so many seconds."""
        self._since_look = 0.0
        validation = self._validating / self._validated / self._steps_per_epoch if self._validated else 0.0
        left = (self._seconds - seconds) / (self._training / self._trained + validation)
        fits = max(step, int(step + left))
        if abs(fits - self.steps) <= _TOLERANCE * self.steps:
            return False
        self.steps = fits
        return True


def estimate_steps(
    minutes: float,
    model: Autoencoder,
    objective: Objective,
    batches: Batches,
    validation: Subset,
    optimizer: str,
    precision: str,
) -> int:
    """How many training steps, with a validation after each epoch, take about so many minutes here.

    It times a few steps of a copy of the model, for a fiftieth of the time at most, so nothing of the run is changed.
    """
    trial, judge = copy.deepcopy((model, objective))
    step = TrainStep(trial, judge, precision)
    update, auxiliary = optimizers[optimizer](trial), AuxiliaryNetworks(judge, batches.device)
    validating = _seconds_to_validate(trial, judge, validation)
    budget = minutes * 60 / 50
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - began < budget and len(times) < 50):
        start = time.perf_counter()
        training_step(step, update, auxiliary, batches(len(times)), len(times), grad_clip=None)
        times.append(time.perf_counter() - start)
    typical = sorted(times)[len(times) // 2]
    return max(1, int(minutes * 60 / (typical + validating / batches.steps_per_epoch)))


def _seconds_to_validate(model: Autoencoder, objective: Objective, validation: Subset) -> float:
    some = validation[:500]
    start = time.perf_counter()
    validate(model, objective, some)
    return (time.perf_counter() - start) * len(validation) / len(some)
