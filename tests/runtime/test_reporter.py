"""What every long operation reports to."""

import contextvars
import logging
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from autoencode.errors import CancelledError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import (
    CombinedReporter,
    Event,
    LoggingReporter,
    Reporter,
    current_reporter,
    nested,
    note_what_is_kept,
    resolve_reporter,
    track,
)
from support.reporters import Recorder


@dataclass(frozen=True)
class Happened(Event):
    number: int


def test_a_tracked_task_starts_moves_and_finishes():
    recorder = Recorder()
    with track(recorder, "reading", 3, "files", done=1) as progress:
        progress.advance(detail="b.png")
        progress.update(3)
    assert recorder.calls == [
        ("start", "reading", 3, "files", 1),
        ("update", "reading", 2, None, "b.png"),
        ("update", "reading", 3, None, ""),
        ("finish", "reading"),
    ]


def test_a_task_that_fails_is_finished():
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError), track(recorder, "reading"):
        raise ZeroDivisionError
    assert recorder.calls[-1] == ("finish", "reading")


def test_a_cancelled_task_ends_at_its_next_move():
    recorder, cancel = Recorder(), CancelToken()
    with track(recorder, "reading", cancel=cancel) as progress:
        progress.advance()
        cancel.cancel()
        with pytest.raises(CancelledError):
            progress.advance()
    assert [call[0] for call in recorder.calls] == ["start", "update", "update", "finish"]
    with pytest.raises(CancelledError), track(recorder, "reading again", cancel=cancel):
        raise AssertionError


def test_several_reporters_receive_the_same():
    one, other = Recorder(), Recorder()
    both = CombinedReporter(one, other)
    with track(both, "reading", 1, "files") as progress:
        progress.advance()
    both.note("a note")
    both.warn("a warning")
    both.event(Happened(3))
    assert one.calls == other.calls
    assert one.calls[-3:] == [("note", "a note"), ("warn", "a warning"), ("event", Happened(3))]


def test_a_logger_writes_progress_from_time_to_time(caplog: pytest.LogCaptureFixture):
    logger = logging.getLogger("autoencode.test")
    with caplog.at_level(logging.DEBUG, "autoencode.test"):
        reporter = LoggingReporter(logger, seconds=1000)
        with track(reporter, "reading", 2000, "files") as progress:
            progress.advance()
        eager = LoggingReporter(logger, seconds=0)
        with track(eager, "reading", unit="files") as progress:
            progress.update(1500, total=2500, detail="b.png")
        eager.warn("100% wrong")
        eager.note("a note")
        eager.event(Happened(3))
    assert [record.getMessage() for record in caplog.records] == [
        "reading: 0 of 2,000 files",
        "reading",
        "reading: 1,500 of 2,500 files b.png",
        "100% wrong",
        "a note",
        "Happened(number=3)",
    ]
    assert [record.levelname for record in caplog.records[-3:]] == ["WARNING", "INFO", "DEBUG"]


def test_the_one_that_was_given_is_used():
    recorder = Recorder()
    assert resolve_reporter(recorder) is recorder


def test_without_a_terminal_the_default_is_pythons_logging(caplog):
    with caplog.at_level(logging.INFO, "autoencode"):
        resolve_reporter(None).warn("too few steps")
        resolve_reporter(None).note("a note")
    assert [(record.name, record.levelname, record.message) for record in caplog.records] == [
        ("autoencode", "WARNING", "too few steps"),
        ("autoencode", "INFO", "a note"),
    ]


def test_inside_another_operation_the_default_is_quiet():
    recorder = Recorder()
    with track(recorder, "outside"):
        assert type(resolve_reporter(None)) is Reporter
        assert current_reporter() is recorder
        with track(Recorder(), "inside"):
            assert current_reporter() is recorder
    assert isinstance(resolve_reporter(None), LoggingReporter)
    with pytest.raises(ValueError, match="wrong"), track(recorder, "outside"):
        raise ValueError("wrong")
    assert isinstance(current_reporter(), LoggingReporter)


def test_a_generator_that_tracks_may_end_elsewhere():
    def counted():
        with track(Recorder(), "counting"):
            yield 1

    counting = counted()
    assert contextvars.copy_context().run(next, counting) == 1
    counting.close()
    assert isinstance(current_reporter(), LoggingReporter)


def test_importing_it_does_not_import_torch():
    script = "import sys, autoencode.runtime.reporter; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "False"


def test_a_step_that_nobody_watches_costs_nothing_to_speak_of():
    """Two microseconds in an idle process; the bound leaves room for a busy machine."""
    reporter = Reporter()
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        for step in range(1000):
            reporter.update("training", step)
            reporter.event(Happened(step))
        best = min(best, (time.perf_counter() - began) / 1000)
    assert best < 50e-6


def test_a_task_that_is_part_of_another_one_moves_that_one_by_its_share():
    recorder = Recorder()
    with track(recorder, "restoring", 100, "pixels") as progress:
        for amount in (60, 40):
            with track(nested(progress, amount), "restoring a picture", 4, "tiles") as tiles:
                for _ in range(4):
                    tiles.advance(detail="a.png")
    assert recorder.done_of("restoring") == [15, 30, 45, 60, 70, 80, 90, 100]
    assert [call[0] for call in recorder.calls].count("start") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, CancelledError, OSError])
def test_what_is_kept_is_reported_where_an_operation_ends_early(error):
    recorder = Recorder()
    with pytest.raises(error), note_what_is_kept(recorder, lambda: "2 of 3 are kept"):
        raise error
    with pytest.raises(error), note_what_is_kept(recorder, lambda: ""):
        raise error
    with note_what_is_kept(recorder, lambda: "3 of 3 are kept"):
        pass
    assert recorder.calls == [("note", "2 of 3 are kept")]
