"""What all logs of a training share."""

import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from autoencode.errors import CapabilityError
from autoencode.registry import Registry
from autoencode.runs.metrics import EpochMetrics
from autoencode.runtime.reporter import Event, Reporter
from autoencode.training.events import EpochFinished, StepFinished, TrainingFinished, TrainingStarted

_SECONDS_BETWEEN_STEPS = 0.5


@dataclass(frozen=True)
class LogFacts:
    """What a log knows of the training.

    Args:
        folder: the run folder, which is there when the training begins.
        settings: recipe, its arguments and the settings of the training, by name.
    """

    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])


class TrainingLog(Reporter):
    """Writes numbers of a training to some place. Steps are logged twice a second at most, epochs all.

    Derive from it, and enter the class in `training_logs` under the name that people type.

    Args:
        facts: of the training.

    Raises:
        CapabilityError: a package is missing; this is found before the training begins.
    """

    def __init__(self, facts: LogFacts) -> None:
        self.facts = facts
        self._next_step = 0.0
        self._is_open = False

    def event(self, event: Event) -> None:
        """Opens, writes and closes the log."""
        match event:
            case TrainingStarted():
                self._is_open = True
                self.open(event.first_step)
            case StepFinished() if self._is_open and time.monotonic() >= self._next_step:
                self._next_step = time.monotonic() + _SECONDS_BETWEEN_STEPS
                self.write_numbers(event.step, {f"step/{name}": value for name, value in event.terms.items()})
            case EpochFinished() if self._is_open:
                self.write_epoch(event.metrics)
            case TrainingFinished() if self._is_open:
                self._is_open = False
                self.close()
            case _:
                pass

    @abstractmethod
    def open(self, first_step: int) -> None:
        """The training begins.

        Args:
            first_step: steps that were made before; what was logged of later ones will be made again.
        """

    @abstractmethod
    def write_numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Writes some numbers after a step.

        Args:
            step: steps made so far.
            numbers: by name, such as "validation/loss".
        """

    def write_epoch(self, metrics: EpochMetrics) -> None:
        """Writes the numbers of an epoch."""
        self.write_numbers(metrics.step, epoch_numbers(metrics))

    def close(self) -> None:  # a log that keeps nothing open has nothing to do
        """The training has ended."""


training_logs: Registry[type[TrainingLog]] = Registry("log", "autoencode train --help")


def open_logs(names: Sequence[str], facts: LogFacts) -> list[TrainingLog]:
    """The logs of these names, each once; they write nothing before the training begins.

    Args:
        names: such as "csv" and "tensorboard".
        facts: of the training.

    Raises:
        CapabilityError: a package is missing.
        UnknownNameError: there is no such log.
    """
    return [training_logs[name](facts) for name in dict.fromkeys(names)]


def epoch_numbers(metrics: EpochMetrics) -> dict[str, float]:
    """The numbers of an epoch by name, such as "validation/loss"."""
    found = {f"train/{name}": value for name, value in metrics.train.items()}
    found |= {f"validation/{name}": value for name, value in metrics.validation.items()}
    return {**found, "epoch": metrics.epoch, "learning_rate": metrics.learning_rate, "seconds": metrics.seconds}


def require_package(module: str, install: str) -> Any:
    """A module of an optional package.

    Raises:
        CapabilityError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise CapabilityError(f"this log needs {install}, which is not installed: pip install {install}") from error
