"""What Python code that names no reporter shows in a terminal or a notebook."""

from threading import RLock

from autoencode.cli.console import errors
from autoencode.cli.training_progress import TrainingProgress
from autoencode.runtime.reporter import Amount, Event
from autoencode.tasks.verdict import VerdictReached


class InteractiveReporter(TrainingProgress):
    """Bars while there are tasks, so that it need not be entered; lines as the commands print them.

    It lives as long as the process. A line is not repeated within one operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        """Adds a bar."""
        with self._lock:
            super().start(task, total, unit, done)
            self._bars.start()

    def event(self, event: Event) -> None:
        """Shows what happened, and the verdict at the end of a training."""
        if isinstance(event, VerdictReached):
            errors.write_line(str(event), style="bold")
        else:
            super().event(event)

    def finish(self, task: str) -> None:
        """Removes a bar, and after the last one the place for bars."""
        with self._lock:
            super().finish(task)
            if not self._tasks:
                self._bars.stop()
                self._shown.clear()


def interactive_reporter() -> InteractiveReporter | None:
    """A reporter for the person at the terminal or notebook; None where there is none."""
    return InteractiveReporter() if errors.is_terminal or errors.is_jupyter else None
