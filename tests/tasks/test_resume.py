"""A training that is continued: what it needs, what it refuses, and when run.json changes."""

import subprocess
import sys
import threading

import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, RunError
from autoencode.runs.folder import RunFolder
from autoencode.training import TrainingFinished
from autoencode.training.checkpoint import read_state
from support.reporters import InterruptAfter, Recorder


@pytest.fixture(scope="module")
def digits():
    return load("digits", limit=200)


@pytest.fixture
def run(tmp_path, digits):
    """One epoch of three steps."""
    return tasks.train(digits, "dense-vae", hidden=8, batch_size=100, epochs=1, out=tmp_path / "run")


def finished(recorder):
    return [event for event in recorder.of("event") if isinstance(event, TrainingFinished)]


@pytest.mark.parametrize(("refused", "error"), [({"device": "cuda:9"}, ArgumentError), ({"threads": 0}, ArgumentError)])
def test_a_refused_resume_changes_nothing(run, digits, refused, error):
    before = (run.path / "run.json").read_bytes()
    with pytest.raises(error):
        tasks.resume(run.path, digits, epochs=3, **refused)
    with pytest.raises(RunError, match="not the data"):
        tasks.resume(run.path, load(torch.rand(200, 1, 8, 8)), epochs=3)
    assert (run.path / "run.json").read_bytes() == before
    more = tasks.resume(run.path, digits, epochs=3)
    assert more.folder.settings.epochs == 3
    assert more.folder.metrics()[-1].epoch == 3
    assert not (run.path / ".lock").exists()


def test_what_was_made_is_reported_and_not_what_was_set(tmp_path, digits):
    run = tasks.train(digits, "dense-vae", hidden=8, batch_size=100, steps=1, out=tmp_path / "run")
    with pytest.raises(RunError, match=r"run is complete after 1 step \(0.5 epochs\): give more --epochs, --steps or"):
        tasks.resume(run.path, digits)
    with pytest.raises(RunError, match=r"is complete after 1 step"):
        tasks.resume(run.path, digits, steps=1, patience=3)


def test_less_than_was_made_is_refused(run, digits):
    before = (run.path / "run.json").read_bytes()
    with pytest.raises(ArgumentError, match=r"--steps 1 is less than the 2 steps \(1 epoch\) that this run has made"):
        tasks.resume(run.path, digits, steps=1)
    assert (run.path / "run.json").read_bytes() == before


def test_limits_that_are_given_replace_the_old_ones(tmp_path, digits):
    run = tasks.train(digits, "dense-vae", hidden=8, batch_size=100, minutes=1e-4, epochs=100_000, out=tmp_path / "run")
    made = run.folder.metrics()[-1].step
    recorder = Recorder()
    more = tasks.resume(run.path, digits, steps=made + 3, reporter=recorder)
    assert more.folder.metrics()[-1].step == made + 3
    settings = more.folder.settings
    assert (settings.epochs, settings.steps, settings.minutes) == (None, made + 3, None)
    assert str(finished(recorder)[0]).startswith(f"training complete after {made + 3} steps (")


def test_minutes_at_a_resume_are_so_many_more(run, digits, monkeypatch):
    steps, seconds = 2, read_state(run.folder.checkpoint_file).seconds
    budgets = []
    prepare = sys.modules["autoencode.training.prepare"]
    monkeypatch.setattr(prepare, "estimate_steps", lambda minutes, *_: budgets.append(minutes) or 5)
    for _ in range(2):  # the second time the run is complete by minutes
        more = tasks.resume(run.path, digits, minutes=100.0, reporter=InterruptAfter("training", steps + 1))
        assert more.folder.plan.max_steps is None
        assert more.folder.plan.minutes == pytest.approx(100 + seconds / 60)
        steps, seconds = steps + 1, read_state(run.folder.checkpoint_file).seconds
    assert budgets == [pytest.approx(100.0)] * 2
    again = tasks.resume(run.path, digits, reporter=InterruptAfter("training", steps + 1))  # and keeps its limit
    assert again.folder.plan.minutes == more.folder.plan.minutes
    assert len(budgets) == 2


def test_minutes_are_checked_before_those_of_before_are_added(run, digits):
    with pytest.raises(ArgumentError, match="--minutes -1"):
        tasks.resume(run.path, digits, minutes=-1.0)


BUSY = r"run is being trained, or a prior fitted to it, by another process: wait until it ends, or stop it$"


def test_another_process_that_trains_the_run_is_named_in_one_line(run, digits):
    hold = f"""
import sys
from autoencode.runs.folder import RunFolder
with RunFolder({str(run.path)!r}).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""
    other = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "locked\n"
    try:
        before = (run.path / "run.json").read_bytes()
        with pytest.raises(RunError, match=BUSY):
            tasks.resume(run.path, digits, steps=30)
        with pytest.raises(RunError, match=BUSY):
            tasks.fit_prior(run, "normal")
        assert (run.path / "run.json").read_bytes() == before
    finally:
        other.kill()  # a lock ends with its process
        other.communicate()
    assert tasks.resume(run.path, digits, steps=3).folder.metrics()[-1].step == 3


def test_another_thread_is_refused_too_and_the_same_folder_may_be_locked_twice(run):
    folder, failed = RunFolder(run.path), []

    def other():
        try:
            with RunFolder(run.path).lock():
                pass
        except RunError as error:
            failed.append(str(error))

    with folder.lock(), folder.lock(), RunFolder(run.path).lock():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(failed) == 1
    other()
    assert len(failed) == 1


def test_what_rounds_otherwise_than_before_is_reported(run, digits):
    plan = run.folder.plan
    run.folder.update(plan=plan.replace(kernels=not plan.kernels, compiled=True, threads=1))
    recorder = Recorder()
    tasks.resume(run.path, digits, epochs=2, reporter=recorder)
    kernels = "this library's kernels " + ("off before and on now" if plan.kernels else "on before and off now")
    expected = (
        f"the last digits will differ from those of an uninterrupted training: {kernels}, compiled steps on before"
    )
    assert [text for text in recorder.of("warn") if text.startswith(expected)]
    recorder = Recorder()
    tasks.resume(run.path, digits, epochs=3, reporter=recorder)
    assert not recorder.of("warn")


def test_a_run_that_stopped_early_goes_on_for_as_long_as_its_patience(tmp_path, digits):
    options = {"hidden": 8, "batch_size": 100, "patience": 2, "min_delta": 1e6, "out": tmp_path / "run"}
    run = tasks.train(digits, "dense-vae", epochs=9, **options)
    assert len(run.folder.metrics()) == 3  # the first is better than none
    with pytest.raises(RunError, match=r"is stopped early .* --steps or --minutes, or more --patience"):
        tasks.resume(run.path, digits)
    assert len(tasks.resume(run.path, digits, epochs=20).folder.metrics()) == 5
    assert len(tasks.resume(run.path, digits, patience=4).folder.metrics()) == 7
