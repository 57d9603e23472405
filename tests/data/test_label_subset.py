import numpy as np
import pytest
import torch

from autoencode.data import Batches, Subset, load
from autoencode.errors import ArgumentError, DataError


def test_labels_are_kept_evenly_and_the_test_part_s_stay() -> None:
    data, whole = load("digits", n_labels=25), load("digits")
    kept = data.train.labels >= 0
    assert kept.sum() == 25
    assert data.train.labels[kept].bincount().tolist() == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    assert torch.equal(data.train.labels[kept], whole.train.labels[kept])
    assert (data.validation.labels == -1).all()
    assert torch.equal(data.test.labels, whole.test.labels)
    assert torch.equal(data.train.x, whole.train.x)
    assert data.fingerprint == whole.fingerprint


def test_the_options_give_the_same_again_and_the_seed_others() -> None:
    one, again = load("digits", n_labels=20), load("digits", **load("digits", n_labels=20).options)
    assert torch.equal(one.train.labels, again.train.labels)
    other = load("digits", n_labels=20, limit=1000)
    assert not torch.equal(one.train.labels[:1000], other.train.labels)
    assert "n_labels" not in load("digits").options
    assert any("25 of" in note for note in load("digits", n_labels=25).notes)


@pytest.mark.parametrize(
    ("n", "why"), [(9, "at least one for each of 10"), (-1, "at least one"), (5000, "asks for 500")]
)
def test_counts_without_meaning(n: int, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        load("digits", n_labels=n)


def test_data_without_labels() -> None:
    with pytest.raises(DataError, match="array has none"):
        load(np.random.default_rng(0).random((50, 4)), n_labels=10)


def test_every_batch_repeats_labelled_examples_in_turn() -> None:
    part = Subset(torch.arange(100.0)[:, None], torch.full((100,), -1))
    part.labels[:40] = torch.arange(40) % 4
    batches = Batches(part, 10, seed=0)
    first, second = batches(0), batches(1)
    assert len(first) == 42
    assert (first.context[10:] >= 0).all()
    repeated = torch.cat([first.x[10:], second.x[10:]])[:40, 0]
    assert repeated.sort().values.tolist() == list(range(40))
    own = torch.cat([batches(step).x[:10, 0] for step in range(10)])
    assert own.sort().values.tolist() == list(range(100))
    assert torch.equal(batches(0).x, first.x)


@pytest.mark.parametrize("labels", [None, torch.zeros(100, dtype=torch.int64), torch.full((100,), -1)])
def test_nothing_is_repeated_where_all_or_none_have_a_label(labels) -> None:
    assert len(Batches(Subset(torch.rand(100, 1), labels), 10, seed=0)(3)) == 10
