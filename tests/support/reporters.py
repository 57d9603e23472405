"""A reporter that keeps what it was called with."""

from typing import Any

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
