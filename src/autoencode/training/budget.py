"""How many steps fit into a time."""

import copy
import time

from autoencode.data import Batches, Part
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.training.optimizers import optimizers
from autoencode.training.players import Players
from autoencode.training.step import TrainStep, take
from autoencode.training.validate import validate


def steps_in(
    minutes: float,
    model: Autoencoder,
    objective: Objective,
    batches: Batches,
    validation: Part,
    optimizer: str,
    precision: str,
) -> int:
    """How many training steps, with a validation after each epoch, take about so many minutes here.

    It times a few steps of a copy of the model, for a fiftieth of the time at most, so nothing of the run is changed.
    """
    trial, judge = copy.deepcopy((model, objective))
    step = TrainStep(trial, judge, precision)
    update, players = optimizers[optimizer](trial), Players(judge, batches.device)
    validating = _seconds_to_validate(trial, judge, validation)
    budget = minutes * 60 / 50
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - began < budget and len(times) < 50):
        start = time.perf_counter()
        take(step, update, players, batches(len(times)), len(times), clip=None)
        times.append(time.perf_counter() - start)
    typical = sorted(times)[len(times) // 2]
    return max(1, int(minutes * 60 / (typical + validating / batches.steps_per_epoch)))


def _seconds_to_validate(model: Autoencoder, objective: Objective, validation: Part) -> float:
    some = validation[:500]
    start = time.perf_counter()
    validate(model, objective, some)
    return (time.perf_counter() - start) * len(validation) / len(some)
