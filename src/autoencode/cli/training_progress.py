"""The progress bar and the lines that are printed while a model trains."""

import math
import time
from collections.abc import Mapping

from autoencode.cli.console import errors
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.runtime.reporter import Event
from autoencode.training import EpochFinished, PlanChanged, StepFinished, TrainingFinished, TrainingStarted
from autoencode.training.trainer import TASK

_EMA_DECAY = 0.97
_REFRESH_SECONDS = 0.1
_MAX_LINES = 40


class TrainingProgress(TerminalReporter):
    """Adds the epoch, the speed and the terms in nats to the bar of a training, and prints a line for every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._terms: dict[str, float] = {}
        self._steps_per_epoch = self._total_steps = 1
        self._first = 0, 0.0
        self._examples, self._refreshed = 0, 0.0

    def event(self, event: Event) -> None:
        """Shows what happened."""
        match event:
            case StepFinished():
                self._add_step(event)
            case EpochFinished():
                self._print_epoch(event)
            case TrainingStarted():
                self._begin(event)
            case PlanChanged():
                self._total_steps = event.plan.total_steps
            case TrainingFinished():
                errors.write_line(str(event))
            case _:
                pass

    def _begin(self, event: TrainingStarted) -> None:
        self._steps_per_epoch, self._total_steps = event.steps_per_epoch, event.plan.total_steps
        self._first = event.first_step, event.first_epoch
        self._terms, self._examples, self._refreshed = {}, 0, time.monotonic()
        if event.first_step:
            errors.write_line(f"continuing after step {event.first_step:,} of {self._total_steps:,}")

    def _epoch(self, step: int) -> float:
        """Passes through the data after so many steps, without the noise of rounding."""
        first_step, first_epoch = self._first
        return round(first_epoch + (step - first_step) / self._steps_per_epoch, 6)

    def _add_step(self, event: StepFinished) -> None:
        """Averages the terms over about thirty steps, and shows them ten times a second at most."""
        for name, value in event.terms.items():
            past = self._terms.get(name, value)
            self._terms[name] = _EMA_DECAY * past + (1 - _EMA_DECAY) * value
        self._examples += event.examples
        seconds = time.monotonic() - self._refreshed
        if seconds < _REFRESH_SECONDS:
            return
        epoch, epochs = int(self._epoch(event.step - 1)) + 1, math.ceil(self._epoch(self._total_steps))
        speed = f"{self._examples / seconds:,.0f}/s"
        self.update(TASK, event.step, detail=f"epoch {epoch}/{epochs}  {speed}  {_nats(self._terms)}")
        self._examples, self._refreshed = 0, time.monotonic()

    def _print_epoch(self, event: EpochFinished) -> None:
        """Prints a line; of many epochs, for about forty of them."""
        metrics, epochs = event.metrics, self._epoch(self._total_steps)
        every = -(-epochs // _MAX_LINES)
        if metrics.epoch % every and metrics.step != self._total_steps:
            return
        errors.write_line(
            f"epoch {metrics.epoch:.3g}/{epochs:.3g}  train {metrics.train['loss']:.2f}  "
            f"validation {_nats(metrics.validation)}  {metrics.examples_per_second:,.0f}/s",
            ("  best" if metrics.best else "", "green"),
        )


def _nats(terms: Mapping[str, float]) -> str:
    """The loss and, in brackets, its terms."""
    rest = ", ".join(f"{name} {value:.2f}" for name, value in terms.items() if name != "loss")
    return f"{terms['loss']:.2f} nats ({rest})"
