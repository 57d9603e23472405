"""Progress bars, notes and warnings of long operations in the terminal."""

import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from autoencode.cli.console import errors, visible
from autoencode.runtime.reporter import Amount, Reporter, reporting_to

_REFRESH_SECONDS = 0.1


class TerminalReporter(Reporter):
    """A bar for each running task, and a line for each note and warning, all to standard error.

    Bars are drawn only in a terminal, and disappear when their tasks end. A line is not repeated.
    """

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            console=errors,
            transient=True,
            disable=not errors.is_terminal,
            speed_estimate_period=30,
        )
        self._tasks: dict[str, TaskID] = {}
        self._next_refresh: dict[str, float] = {}
        self._shown: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> "TerminalReporter":
        self._bars.start()
        self._open.enter_context(reporting_to(self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self._bars.stop()

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        """Adds a bar."""
        self.finish(task)
        self._tasks[task] = self._bars.add_task(visible(task), total=total, completed=int(done), detail="")
        self._next_refresh[task] = 0.0

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        """Moves a bar, ten times a second at most."""
        now = time.monotonic()
        if task not in self._tasks or (total is None and now < self._next_refresh[task]):
            return
        self._next_refresh[task] = now + _REFRESH_SECONDS
        fields: dict[str, Any] = {"detail": visible(detail)} if detail else {}
        self._bars.update(self._tasks[task], completed=done, total=total, **fields)

    def finish(self, task: str) -> None:
        """Removes a bar."""
        if task in self._tasks:
            self._bars.remove_task(self._tasks.pop(task))

    def note(self, text: str) -> None:
        """Writes a line."""
        self._print(text, "dim")

    def warn(self, text: str) -> None:
        """Writes a line in yellow."""
        self._print(text, "yellow")

    def _print(self, text: str, style: str) -> None:
        if text not in self._shown:
            self._shown.add(text)
            errors.write_line(text, style=style)
