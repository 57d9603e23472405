"""A checkpoint that a stranger wrote: its checksum is right, what it says is not."""

import math

import pytest
import torch

from autoencode.errors import RunError
from autoencode.runs.tensor_file import load_tensors, save_tensors
from autoencode.settings import Settings
from autoencode.training import fit


@pytest.fixture
def stopped(build, data, folder):
    """A run that was trained for two epochs, and may be resumed."""
    made = folder()
    fit(*build(), data, Settings(epochs=2, min_steps=0, batch_size=32), folder=made)
    return made


def resume(folder, build, data, change) -> None:
    tensors, facts = load_tensors(folder.checkpoint_file)
    change(tensors, facts)
    save_tensors(folder.checkpoint_file, tensors, facts)
    fit(*build(), data, Settings(epochs=4, min_steps=0, batch_size=32), folder=folder)


FACTS = [
    {"step": -1},
    {"step": "4"},
    {"step": 2.0},
    {"step": 2**60},
    {"best_loss": "low"},
    {"epochs_since_best": None},
    {"term_sums": []},
    {"term_sums": {"nll": math.nan}},
    {"term_sums": {"x" * 500: 1.0}},
    {"term_sums": {"nll": "1"}},
    {"term_sums": {"nll": 1.0}},
    {"seconds": math.inf},
    {"seconds": [1]},
    {"more": 1},
]


@pytest.mark.parametrize("facts", FACTS, ids=str)
def test_facts_of_other_types_are_refused_in_one_line(stopped, build, data, facts):
    with pytest.raises(RunError, match="no state of a training") as error:
        resume(stopped, build, data, lambda _, there: there.update(facts))
    assert len(str(error.value).splitlines()) == 1


def test_an_epoch_that_metrics_do_not_have_is_refused_in_one_line(stopped, build, data):
    (stopped.path / "metrics.jsonl").write_text("{")  # one line, cut off
    with pytest.raises(RunError, match=r"no line about the epoch that ended there in metrics.jsonl") as error:
        resume(stopped, build, data, lambda *_: None)
    assert len(str(error.value).splitlines()) == 1


def other(key, value):
    return lambda tensors, _: tensors.update({key: value(tensors[key])})


TENSORS = [
    other("optimizer.0.step", lambda t: t.to(torch.uint8)),
    other("optimizer.0.exp_avg", lambda t: t.to(torch.int64)),
    other("optimizer.0.exp_avg", lambda t: torch.full_like(t, math.nan)),
    other("optimizer.0.exp_avg", lambda t: torch.zeros(3, 5)),
    other("optimizer.0.exp_avg_sq", lambda t: t.T.contiguous()),
    lambda tensors, _: tensors.pop("optimizer.0.step"),
    lambda tensors, _: tensors.update({"optimizer.99.step": torch.ones(())}),
    lambda tensors, _: tensors.update({"optimizer.x.step": torch.ones(())}),
    lambda tensors, _: tensors.update({"ema.x": torch.ones(3)}),
]


@pytest.mark.parametrize("change", TENSORS)
def test_a_state_of_other_parameters_is_refused_in_one_line(stopped, build, data, change):
    with pytest.raises(RunError, match="state of another training") as error:
        resume(stopped, build, data, change)
    assert len(str(error.value).splitlines()) == 1


def test_numbers_of_another_precision_are_read(stopped, build, data):
    resume(stopped, build, data, other("optimizer.0.step", lambda t: t.to(torch.float64)))
