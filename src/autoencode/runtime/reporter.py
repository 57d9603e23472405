"""One contract by which every long operation reports what it does."""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from autoencode.runtime.cancellation import CancelToken

Amount = int | float
"""How much of a task: files, bytes, steps, or a share of them."""


@dataclass(frozen=True)
class Event:
    """The base of what an operation reports beyond its progress, such as a training's finished epoch.

    Operations define their events as frozen dataclasses; reporters use those that they know and ignore the others.
    """


class Reporter:
    """Receives the progress, notes, warnings and events of a long operation. This base class does nothing.

    Derive from it for a progress bar, a log, an experiment tracker or a browser, and override what you need. An
    operation calls its reporter on the thread that it runs on: a reporter that several threads share needs a lock.
    `update` may be called thousands of times a second, so limit how often you draw. What a method raises ends the
    operation.

        reading, downloading, training, … ─► start ─► update, update, … ─► finish
                                          ─► note, warn, event at any time

    Tasks are known by their names, and may be nested: "fitting the flow prior" contains "training".

    A function that is given none uses `resolve_reporter`'s default: in a terminal or notebook a person sees bars and
    lines. `reporter=Reporter()` is quiet.

    Example:
        >>> class Print(Reporter):
        ...     def note(self, text):
        ...         print(text)
        >>> Print().note("3 files skipped")
        3 files skipped
    """

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        """A task begins. A task that is started again begins anew.

        Args:
            task: what is done, to be shown to a person, such as "reading".
            total: how much there is to do, in `unit`; None where it is not known.
            unit: what is counted, in the plural, such as "bytes"; empty where nothing is.
            done: how much is done already, as when a training is resumed.
        """

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        """A task has moved on.

        Args:
            task: as it was started.
            done: how much is done in all; None leaves it as it was.
            total: how much there is to do, where that has changed.
            detail: what it is at, such as a file's name; empty leaves it as it was.
        """

    def finish(self, task: str) -> None:
        """A task is over: done, cancelled or failed."""

    def note(self, text: str) -> None:
        """Something that a person may want to know. Text is plain, without markup."""

    def warn(self, text: str) -> None:
        """Something that a person should know, as the result may not be what they expect."""

    def event(self, event: Event) -> None:
        """Something happened that has a type of its own."""


_current: ContextVar[Reporter | None] = ContextVar("reporter of what is running", default=None)


def resolve_reporter(reporter: Reporter | None) -> Reporter:
    """The reporter an operation uses: the one it was given, or else the default.

    In a terminal or a notebook the default shows bars, notes, warnings and a line for each epoch on standard error.
    Elsewhere, as in a server or a script whose output goes to a file, it is Python's logging (the logger "autoencode":
    warnings are seen, and notes where INFO is). Inside another operation, which reports itself, it is quiet.

    Args:
        reporter: one of your own, `Reporter()` for quiet, or None for the default.
    """
    if reporter is not None:
        return reporter
    return _default() if _current.get() is None else Reporter()


def current_reporter() -> Reporter:
    """The reporter of the operation that is running, or else the default: for facts that must always be said."""
    return _current.get() or _default()


@contextmanager
def reporting_to(reporter: Reporter) -> Generator[None]:
    """Inside the block, operations without a reporter are quiet, as this one says what happens.

    Args:
        reporter: of what is running.
    """
    before = _current.get()
    _current.set(reporter)
    try:
        yield
    finally:
        _current.set(before)  # no token, since a generator may end in another context than it began in


_make_interactive: Callable[[], Reporter | None] = lambda: None  # noqa: E731


def set_interactive_reporter(make: Callable[[], Reporter | None]) -> None:
    """Says how the default for a terminal or a notebook is made; layers above this one draw it.

    Args:
        make: gives it, or None where there is neither a terminal nor a notebook.
    """
    global _make_interactive
    _make_interactive = make
    _default.cache_clear()


@cache
def _default() -> Reporter:
    return _make_interactive() or LoggingReporter(logging.getLogger("autoencode"))


class Progress:
    """Counts for one task; `track` makes it.

    Args:
        reporter: who receives the progress.
        task: its name, as it was started.
        done: how much is done already.
        cancel: checked at each move.
    """

    def __init__(self, reporter: Reporter, task: str, done: Amount = 0, cancel: CancelToken | None = None) -> None:
        self._reporter, self._task, self._cancel = reporter, task, cancel
        self.done = done

    def update(self, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        """So much is done in all.

        Raises:
            CancelledError: someone asked to stop.
        """
        self.done = self.done if done is None else done
        self._reporter.update(self._task, done, total=total, detail=detail)
        if self._cancel is not None:
            self._cancel.raise_if_cancelled()

    def advance(self, amount: Amount = 1, detail: str = "") -> None:
        """So much more is done.

        Raises:
            CancelledError: someone asked to stop.
        """
        self.update(self.done + amount, detail=detail)


@contextmanager
def track(
    reporter: Reporter,
    task: str,
    total: Amount | None = None,
    unit: str = "",
    done: Amount = 0,
    *,
    cancel: CancelToken | None = None,
) -> Generator[Progress]:
    """Starts a task and finishes it, whatever happens in between.

    Args:
        reporter: who receives the progress.
        task: what is done, such as "reading".
        total: how much there is to do, in `unit`; None where it is not known.
        unit: what is counted, in the plural.
        done: how much is done already.
        cancel: checked at the start and at each move.

    Raises:
        CancelledError: someone asked to stop.
    """
    if cancel is not None:
        cancel.raise_if_cancelled()
    reporter.start(task, total, unit, done)
    try:
        with reporting_to(_current.get() or reporter):
            yield Progress(reporter, task, done, cancel)
    finally:
        reporter.finish(task)


class _Nested(Reporter):
    """See `nested`."""

    def __init__(self, progress: Progress, amount: Amount) -> None:
        self._progress, self._amount, self._begin = progress, amount, progress.done
        self._total: Amount = 0

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        self._total = total or 0

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        self._total = total or self._total
        share = min(1.0, (done or 0) / self._total) if self._total else 0.0
        self._progress.update(max(self._progress.done, self._begin + share * self._amount), detail=detail)


def nested(progress: Progress, amount: Amount) -> Reporter:
    """A reporter for one task that is so much of another one, such as the tiles of one of many pictures.

    Args:
        progress: of the whole.
        amount: of the whole that the task stands for, in the unit of the whole.
    """
    return _Nested(progress, amount)


@contextmanager
def note_what_is_kept(reporter: Reporter, describe: Callable[[], str]) -> Generator[None]:
    """Says what is kept of an operation that ends early: by Ctrl-C, by its cancel token, or by an error.

    Args:
        reporter: receives the note.
        describe: makes the note's text when it is needed; an empty text is not reported.
    """
    try:
        yield
    except (KeyboardInterrupt, Exception):
        if text := describe():
            reporter.note(text)
        raise


class CombinedReporter(Reporter):
    """Passes everything on to several reporters, in their order."""

    def __init__(self, *reporters: Reporter) -> None:
        self.reporters = reporters

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.start(task, total, unit, done)

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.update(task, done, total=total, detail=detail)

    def finish(self, task: str) -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.finish(task)

    def note(self, text: str) -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.note(text)

    def warn(self, text: str) -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.warn(text)

    def event(self, event: Event) -> None:
        """Passed on."""
        for reporter in self.reporters:
            reporter.event(event)


class LoggingReporter(Reporter):
    """Writes to a logger: notes and tasks as INFO, warnings as WARNING, events as DEBUG.

    Args:
        logger: of the standard library.
        seconds: the least time between two lines about the progress of one task.
    """

    def __init__(self, logger: logging.Logger, seconds: Amount = 10.0) -> None:
        self._logger, self._seconds = logger, seconds
        self._totals: dict[str, tuple[Amount | None, str]] = {}
        self._next: dict[str, float] = {}

    def start(self, task: str, total: Amount | None = None, unit: str = "", done: Amount = 0) -> None:
        """One line."""
        self._totals[task], self._next[task] = (total, unit), time.monotonic() + self._seconds
        self._logger.info("%s%s", task, "" if total is None else f": {done:,.10g} of {total:,.10g} {unit}".rstrip())

    def update(self, task: str, done: Amount | None = None, *, total: Amount | None = None, detail: str = "") -> None:
        """One line from time to time."""
        known, unit = self._totals.get(task, (None, ""))
        if total is not None:
            known = total
            self._totals[task] = known, unit
        now = time.monotonic()
        if done is None or now < self._next.get(task, 0.0):
            return
        self._next[task] = now + self._seconds
        of = "" if known is None else f" of {known:,.10g}"
        self._logger.info("%s: %s", task, f"{done:,.10g}{of} {unit} {detail}".rstrip())

    def finish(self, task: str) -> None:
        """Forgets the task."""
        self._totals.pop(task, None)
        self._next.pop(task, None)

    def note(self, text: str) -> None:
        """At level INFO."""
        self._logger.info("%s", text)

    def warn(self, text: str) -> None:
        """At level WARNING."""
        self._logger.warning("%s", text)

    def event(self, event: Event) -> None:
        """At level DEBUG."""
        self._logger.debug("%s", event)
