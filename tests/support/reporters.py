"""Reporters that keep what they were called with, and stop the work when a test wants it."""

import signal
from collections.abc import Callable
from typing import Any

from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Amount, Event, Reporter


class Recorder(Reporter):
    """Keeps every call, as a tuple of the method's name and its arguments."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        self.calls.append(("start", task, total, unit, done))

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        self.calls.append(("update", task, done, total, detail))

    def finish(self, task: str) -> None:
        self.calls.append(("finish", task))

    def note(self, text: str) -> None:
        self.calls.append(("note", text))

    def warn(self, text: str) -> None:
        self.calls.append(("warn", text))

    def event(self, event: Event) -> None:
        self.calls.append(("event", event))

    def of(self, kind: str) -> list[Any]:
        """The first argument of each call of one method."""
        return [call[1] for call in self.calls if call[0] == kind]

    def done_of(self, task: str) -> list[Amount]:
        """How much of a task was done at each of its updates."""
        return [call[2] for call in self.calls if call[:2] == ("update", task) and call[2] is not None]


class OnEvent(Reporter):
    """Calls a function with each event of one kind."""

    def __init__(self, kind: type[Event], do: Callable[[Any], object]) -> None:
        self._kind, self._do = kind, do

    def event(self, event: Event) -> None:
        if isinstance(event, self._kind):
            self._do(event)


class CancelAfter(Recorder):
    """Cancels a token when so much of a task is done."""

    def __init__(self, task: str, done: Amount, cancel: CancelToken) -> None:
        super().__init__()
        self._task, self._done, self._cancel = task, done, cancel

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        super().update(task, done, total=total, detail=detail)
        if task == self._task and done is not None and done >= self._done:
            self._cancel.cancel()


class InterruptAfter(Recorder):
    """Presses Ctrl-C when so much of a task is done."""

    def __init__(self, task: str, done: Amount) -> None:
        super().__init__()
        self._task, self._done = task, done

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        super().update(task, done, total=total, detail=detail)
        if task == self._task and done is not None and done >= self._done:
            signal.raise_signal(signal.SIGINT)
