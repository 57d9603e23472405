"""This library: `tasks.train`, with its bar, validation after each epoch, and checkpoints."""

import math
import shutil
import time
from pathlib import Path

import torch

from autoencode import tasks
from autoencode.cli.training_progress import TrainingProgress
from autoencode.recipes import find_recipe
from autoencode.runtime.reporter import Event
from autoencode.training import EpochFinished, StepFinished, TrainingStarted
from speed.gate import Gate
from speed.jobs import Job

SHAPE = (1, 28, 28)


class GatedBar(TrainingProgress):
    """The progress bar, which waits at the gate between two steps."""

    def __init__(self, job: Job, gate: Gate) -> None:
        super().__init__()
        self.job, self.gate = job, gate
        self._went_on = 0.0

    def event(self, event: Event) -> None:
        """Moves the bar, and waits at the gate."""
        super().event(event)
        match event:
            case TrainingStarted():
                self.gate.pauses_every(event.steps_per_epoch * self.job.batch_size, event.steps_per_epoch)
            case StepFinished():
                loss = squared_error(event.terms["nll"]) if self.job.noise else event.terms["loss"]
                self.gate(event.examples, loss)
                self._went_on = time.perf_counter()
            case EpochFinished():  # since the last step there was a validation, and files were written
                self.gate.pause(time.perf_counter() - self._went_on)
            case _:
                pass


def train(job: Job, data: Path, gate: Gate, work: str, precision: str, device: str = "cpu") -> None:
    """Trains a recipe as `autoencode train` does. `data` are not read: they are what `job.source` loads."""
    shutil.rmtree(work, ignore_errors=True)
    model, _ = find_recipe(job.recipe)(SHAPE)
    gate.open(sum(p.numel() for p in model.parameters() if p.requires_grad), torch=torch.__version__)
    options = {"batch_size": job.batch_size, "optimizer": "adam", "learning_rate": 1e-3, "schedule": "constant"}
    with GatedBar(job, gate) as bar:
        tasks.train(
            *(job.source, job.recipe),
            out=work,
            reporter=bar,
            epochs=1_000_000,
            precision=precision,
            device=device,
            compile="auto" if device == "cpu" else "always",
            **options,
            **job.options,
        )


def squared_error(nll: float) -> float:
    """That of an example, from the negative log-likelihood of normals of scale 1."""
    return 2 * nll - math.prod(SHAPE) * math.log(2 * math.pi)
