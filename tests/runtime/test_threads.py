"""The number of threads of a training."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from autoencode.data import load
from autoencode.errors import ArgumentError
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runtime import threads
from autoencode.runtime.reporter import Event
from autoencode.runtime.threads import choose_threads, fastest, use_threads
from autoencode.settings import Settings
from autoencode.training import StepFinished, fit
from support.reporters import Recorder


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two threads, and no request for a number of them."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with use_threads(2):
        yield


@pytest.mark.parametrize(
    ("speeds", "best"),
    [
        ({2: 10.0, 1: 6.0}, 2),
        ({2: 10.0, 1: 10.9}, 2),  # not clearly faster
        ({2: 3.0, 1: 6.0}, 1),
        ({8: 4.0, 7: 30.0, 4: 16.0, 1: 5.0}, 7),
    ],
)
def test_fewer_threads_only_where_they_are_clearly_faster(speeds: dict[int, float], best: int) -> None:
    assert fastest(list(speeds), speeds.__getitem__) == best


def number_in_a_new_thread() -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


def test_other_threads_keep_the_number_of_the_process() -> None:
    default = number_in_a_new_thread()
    with use_threads(3):
        assert (torch.get_num_threads(), number_in_a_new_thread()) == (3, default)
    assert (torch.get_num_threads(), number_in_a_new_thread()) == (2, default)


def test_blocks_of_two_threads_may_overlap() -> None:
    default = number_in_a_new_thread()
    with ThreadPoolExecutor(1) as pool:
        other = use_threads(4)
        with use_threads(3):
            pool.submit(other.__enter__).result()
            assert pool.submit(torch.get_num_threads).result() == 4
        assert pool.submit(torch.get_num_threads).result() == 4
        pool.submit(other.__exit__, None, None, None).result()
        assert pool.submit(torch.get_num_threads).result() == default
    assert (torch.get_num_threads(), number_in_a_new_thread()) == (2, default)


def test_a_moment_in_which_all_stands_still_does_not_decide() -> None:
    speeds = {2: iter([10.0, 0.1, 0.1, 10.0, 10.0]), 1: iter([6.0] * 5)}
    assert fastest([2, 1], lambda count: next(speeds[count])) == 2


def test_all_threads_one_less_half_and_one_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(threads, "_speed", lambda count: seen.append(count) or 1.0)
    for most in (2, 3, 8):
        with use_threads(most):
            assert choose_threads(None) == most
    assert seen == [2, 1] * 5 + [3, 2, 1] * 5 + [8, 7, 4, 1] * 5


def test_nothing_is_timed_where_somebody_has_chosen_or_there_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_speed", None)
    assert choose_threads(3) == 3
    with use_threads(1):
        assert choose_threads(None) == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert choose_threads(None) == 2


def test_a_speed_is_measured_on_so_many_threads_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_SECONDS", 0.01)
    assert threads._speed(1) > 0
    assert torch.get_num_threads() == 2
    with pytest.raises(ArgumentError), use_threads(1):
        Settings(threads=0)
    assert torch.get_num_threads() == 2


class Looking(Recorder):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[int] = set()

    def event(self, event: Event) -> None:
        if isinstance(event, StepFinished):
            self.seen.add(torch.get_num_threads())

    @property
    def notes(self) -> list[str]:
        return self.of("note")


def trained(folder: RunFolder | None, **settings: int) -> Looking:
    torch.manual_seed(0)
    data, reporter = load("digits"), Looking()
    model, objective = recipes["dense-vae"](data.data_shape, hidden=8)
    fit(model, objective, data, Settings(device="cpu", **settings), folder=folder, reporter=reporter)  # pyright: ignore
    assert torch.get_num_threads() == 2
    return reporter


def test_a_training_is_on_the_threads_that_were_faster_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_speed", lambda count: 1 / count)
    folder = RunFolder.create(tmp_path / "run")
    reporter = trained(folder, steps=2)
    assert reporter.seen == {1}
    assert folder.record.plan.threads == 1
    assert "computing on 1 of 2 threads: other programs keep cores busy (--threads 2 for all)" in reporter.notes
    monkeypatch.setattr(threads, "_speed", None)
    again = trained(RunFolder(folder.path), steps=4)
    assert again.seen == {1}
    assert "computing on 1 of 2 threads: as this run did before (--threads 2 for all)" in again.notes
    assert trained(RunFolder(folder.path), steps=6, threads=2).seen == {2}


def test_a_run_of_a_larger_machine_goes_on_with_what_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_speed", float)
    folder = RunFolder.create(tmp_path / "run")
    trained(folder, steps=1)
    folder.update(plan=folder.record.plan.replace(threads=64))
    reporter = trained(folder, steps=2)
    assert reporter.seen == {2}
    assert not [note for note in reporter.notes if "threads" in note]


def test_threads_are_one_or_more() -> None:
    with pytest.raises(ArgumentError, match="--threads 0"):
        Settings(threads=0)
