"""How many steps fit into a time: estimated before training and again while it runs."""

import copy
import statistics
import time

from autoencode.data import Batches, Subset
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runtime.seeding import preserved_rng
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step
from autoencode.training.optimizers import optimizers
from autoencode.training.validate import validate

_REPLANS = 50
_TOLERANCE = 0.05


class TimeBudget:
    """Estimates anew while a training runs, since a machine that was busy at the start may be idle later.

    An estimate that is right within a twentieth is kept: on a quiet machine a training has the steps planned at first.

    Args:
        minutes: of training and validation, those before a resume included.
        steps: that fit into them, as estimated so far; `plan` changes it.
        steps_per_epoch: after so many there is a validation.
    """

    def __init__(self, minutes: float, steps: int, steps_per_epoch: int) -> None:
        self._seconds, self.steps, self._steps_per_epoch = minutes * 60, steps, steps_per_epoch
        self._training = self._validating = self._since_plan = 0.0
        self._trained = self._validated = 0

    def add_step(self, seconds: float) -> bool:
        """Notes the time of a step; returns whether it is time to plan again, some fifty times in a training."""
        self._training += seconds
        self._trained += 1
        self._since_plan += seconds
        return self._since_plan > self._seconds / _REPLANS

    def add_validation(self, seconds: float) -> None:
        """Notes the time of a validation."""
        self._validating += seconds
        self._validated += 1

    def plan(self, step: int, seconds: float) -> bool:
        """Estimates again; returns whether `steps` changed.

        Args:
            step: training steps made so far.
            seconds: that they took, validations included.
        """
        self._since_plan = 0.0
        validation = self._validating / self._validated / self._steps_per_epoch if self._validated else 0.0
        left = (self._seconds - seconds) / (self._training / self._trained + validation)
        fits = max(step, int(step + left))
        if abs(fits - self.steps) <= _TOLERANCE * self.steps:
            return False
        self.steps = fits
        return True


def estimate_steps(minutes: float, train_step: TrainStep, batches: Batches, validation: Subset, optimizer: str) -> int:
    """How many training steps, with a validation after each epoch, take about so many minutes on this machine.

    It times a few steps of a copy of the model, for at most a fiftieth of the minutes.

    Args:
        minutes: of training and validation.
        train_step: the model and its objective.
        batches: of the training part.
        validation: the validation part.
        optimizer: its name.
    """
    model, objective = copy.deepcopy((train_step.model, train_step.objective))
    step = TrainStep(model, objective, train_step.precision)
    update, auxiliary = optimizers[optimizer](model), AuxiliaryNetworks(objective, batches.device)
    budget = minutes * 60 / 50
    times: list[float] = []
    with preserved_rng(batches.device):
        validating = _seconds_to_validate(model, objective, validation)
        began = time.perf_counter()
        while len(times) < 5 or (time.perf_counter() - began < budget and len(times) < 50):
            start = time.perf_counter()
            training_step(step, update, auxiliary, batches(len(times)), len(times), grad_clip=None)
            times.append(time.perf_counter() - start)
    return max(1, int(minutes * 60 / (statistics.median(times) + validating / batches.steps_per_epoch)))


def _seconds_to_validate(model: Autoencoder, objective: Objective, validation: Subset) -> float:
    some = validation[:500]
    start = time.perf_counter()
    validate(model, objective, some)
    return (time.perf_counter() - start) * len(validation) / len(some)
