"""The progress bar and the lines that are printed while a model trains."""

import time
from collections.abc import Mapping
from types import TracebackType

from rich.progress import TaskID, TextColumn

from autoencode.cli.console import errors, visible
from autoencode.cli.progress_bar import progress_bar
from autoencode.training import Callback, EpochMetrics, History

_EMA_DECAY = 0.97
_REFRESH_SECONDS = 0.1
_MAX_LINES = 40


class TrainingProgress(Callback):
    """A bar with speed, remaining time and the terms in nats; a line for every epoch, on a terminal or in a log."""

    def __init__(self) -> None:
        self._bar = progress_bar(TextColumn("{task.fields[detail]}", markup=False), width=16, seconds=10)
        self._task: TaskID | None = None
        self._reading: TaskID | None = None
        self._smoothed: dict[str, float] = {}
        self._steps_per_epoch = 1
        self._total_steps = 1
        self._last_refresh = 0.0

    def __enter__(self) -> "TrainingProgress":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def on_data_progress(self, done: int, total: int) -> None:
        """Shows how much of the data is read."""
        if self._reading is None:
            self._reading = self._bar.add_task("reading", total=total, detail="")
        self._bar.update(self._reading, completed=done, total=total)
        if done >= total:
            self._bar.remove_task(self._reading)
            self._reading = None

    def on_train_start(self, first_step: int, total_steps: int, steps_per_epoch: int) -> None:
        """Starts the bar."""
        self._steps_per_epoch, self._total_steps = steps_per_epoch, total_steps
        self._task = self._bar.add_task("epoch 1", total=total_steps, completed=first_step, detail="")
        if first_step:
            errors.write_line(f"continuing after step {first_step:,} of {total_steps:,}")

    def on_total_steps_change(self, total_steps: int) -> None:
        """Lengthens or shortens the bar."""
        self._total_steps = total_steps
        if self._task is not None:
            self._bar.update(self._task, total=total_steps)

    def on_step_end(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        """Moves the bar; the terms are averaged over about thirty steps."""
        for name, value in terms.items():
            past = self._smoothed.get(name, value)
            self._smoothed[name] = _EMA_DECAY * past + (1 - _EMA_DECAY) * value
        now = time.monotonic()
        if self._task is None or (now - self._last_refresh < _REFRESH_SECONDS and step != self._total_steps):
            return
        self._last_refresh = now
        task = self._bar.tasks[self._bar.task_ids.index(self._task)]
        speed = f"{task.speed * examples:,.0f}/s  " if task.speed else ""
        epochs = -(-self._total_steps // self._steps_per_epoch)
        epoch = (step - 1) // self._steps_per_epoch + 1
        detail = visible(speed + _terms(self._smoothed))
        self._bar.update(self._task, completed=step, description=f"epoch {epoch}/{epochs}", detail=detail)

    def on_epoch_end(self, record: EpochMetrics) -> None:
        """Writes a line; of many epochs, for about forty of them."""
        epochs = self._total_steps / self._steps_per_epoch
        every = -(-epochs // _MAX_LINES)
        if record.epoch % every and record.step != self._total_steps:
            return
        errors.write_line(
            f"epoch {record.epoch:.3g}/{epochs:.3g}  train {record.train['loss']:.2f}  "
            f"validation {_terms(record.validation)}  {record.examples_per_second:,.0f}/s",
            ("  best" if record.best else "", "green"),
        )

    def on_message(self, text: str) -> None:
        """Writes a line."""
        errors.write_line(text, style="dim")

    def on_train_end(self, history: History) -> None:
        """Writes how the training ended."""
        after = f" after {_duration(history.epochs[-1].seconds)}" if history.epochs else ""
        errors.write_line(f"training {history.status}{after}")


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds >= 60 else f"{seconds:.0f} seconds"


def _terms(terms: Mapping[str, float]) -> str:
    """The loss and, in brackets, its terms."""
    rest = ", ".join(f"{name} {value:.2f}" for name, value in terms.items() if name != "loss")
    return f"{terms['loss']:.2f} nats ({rest})"
