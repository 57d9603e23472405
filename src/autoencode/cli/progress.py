"""The bar and the lines that a person sees while a model trains."""

import time
from collections.abc import Mapping
from types import TracebackType

from rich.progress import TaskID, TextColumn

from autoencode.cli.bar import bar
from autoencode.cli.console import errors
from autoencode.training import Epoch, History, Watch

_SMOOTH = 0.97
_EVERY = 0.1
_LINES = 40


class TrainingBar(Watch):
    """A bar with speed, remaining time and the terms in nats; a line for every epoch, on a terminal or in a log."""

    def __init__(self) -> None:
        self._bar = bar(TextColumn("{task.fields[said]}"), width=16, seconds=10)
        self._task: TaskID | None = None
        self._reading: TaskID | None = None
        self._smoothed: dict[str, float] = {}
        self._steps_per_epoch = 1
        self._last_step = 1
        self._moved = 0.0

    def __enter__(self) -> "TrainingBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def reading(self, done: int, total: int) -> None:
        """Shows how much of the data is read."""
        if self._reading is None:
            self._reading = self._bar.add_task("reading", total=total, said="")
        self._bar.update(self._reading, completed=done, total=total)
        if done >= total:
            self._bar.remove_task(self._reading)
            self._reading = None

    def begin(self, first_step: int, last_step: int, steps_per_epoch: int) -> None:
        """Starts the bar."""
        self._steps_per_epoch, self._last_step = steps_per_epoch, last_step
        self._task = self._bar.add_task("epoch 1", total=last_step, completed=first_step, said="")
        if first_step:
            errors.print(f"going on after step {first_step:,} of {last_step:,}")

    def plan(self, last_step: int) -> None:
        """Lengthens or shortens the bar."""
        self._last_step = last_step
        if self._task is not None:
            self._bar.update(self._task, total=last_step)

    def step(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        """Moves the bar; the terms are smoothed over some thirty steps."""
        for name, value in terms.items():
            past = self._smoothed.get(name, value)
            self._smoothed[name] = _SMOOTH * past + (1 - _SMOOTH) * value
        now = time.monotonic()
        if self._task is None or (now - self._moved < _EVERY and step != self._last_step):
            return
        self._moved = now
        task = self._bar.tasks[self._bar.task_ids.index(self._task)]
        speed = f"{task.speed * examples:,.0f}/s  " if task.speed else ""
        epochs = -(-self._last_step // self._steps_per_epoch)
        epoch = (step - 1) // self._steps_per_epoch + 1
        said = speed + _terms(self._smoothed)
        self._bar.update(self._task, completed=step, description=f"epoch {epoch}/{epochs}", said=said)

    def epoch(self, record: Epoch) -> None:
        """Writes a line; of many epochs, for about forty of them."""
        epochs = self._last_step / self._steps_per_epoch
        every = -(-epochs // _LINES)
        if record.epoch % every and record.step != self._last_step:
            return
        mark = "  [green]best[/]" if record.best else ""
        errors.print(
            f"epoch {record.epoch:.3g}/{epochs:.3g}  train {record.train['loss']:.2f}  "
            f"validation {_terms(record.validation)}  {record.examples_per_second:,.0f}/s{mark}"
        )

    def note(self, text: str) -> None:
        """Writes a line."""
        errors.print(f"[dim]{text}[/]", soft_wrap=True)

    def end(self, history: History) -> None:
        """Says how the training ended."""
        after = f" after {_duration(history.epochs[-1].seconds)}" if history.epochs else ""
        errors.print(f"training {history.status}{after}")


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds >= 60 else f"{seconds:.0f} seconds"


def _terms(terms: Mapping[str, float]) -> str:
    """The loss and, in brackets, its terms."""
    rest = ", ".join(f"{name} {value:.2f}" for name, value in terms.items() if name != "loss")
    return f"{terms['loss']:.2f} nats ({rest})"
