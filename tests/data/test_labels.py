from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode.data import Batches, Subset, load
from autoencode.data.labels import read_labels, subfolder_labels
from autoencode.errors import ArgumentError, DataError


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "bool"])
def test_whole_numbers_are_labels(dtype):
    labels, classes, notes = read_labels(np.array([0, 1, 1], dtype), 3, "y")
    assert labels.tolist() == [0, 1, 1]
    assert (classes, notes) == (None, ())


def test_a_column_is_flattened():
    assert read_labels(np.array([[4], [5]]), 2, "y")[0].tolist() == [4, 5]


def test_words_become_classes():
    labels, classes, _ = read_labels(np.array(["dog", "cat", "dog"]), 3, "y")
    assert labels.tolist() == [1, 0, 1]
    assert classes == ("cat", "dog")


@pytest.mark.parametrize("array", [np.array([0.5, 1.0]), np.array([np.nan, 1.0]), np.array([1j, 2])])
def test_measurements_are_not_used_and_a_note_says_so(array):
    assert read_labels(array, 2, "y") == (None, None, ("'y' holds no whole numbers, and is not used as labels",))


def test_one_hot_is_not_used_and_a_note_says_so():
    _, _, (note,) = read_labels(np.eye(3), 3, "y")
    assert "'y' of shape (3, 3) is not one label for each example" in note


@pytest.mark.parametrize("array", [np.array(3), np.array([1, 2])])
def test_another_number_of_labels_is_refused(array):
    with pytest.raises(DataError, match=r"'y' holds labels of shape .* for 3 examples; expected \(3,\)"):
        read_labels(array, 3, "y")


def test_top_level_names_count_and_deeper_ones_do_not():
    files = [Path("b/1.png"), Path("b/deep/2.png"), Path("a/deep/3.png")]
    labels, classes = subfolder_labels(files)
    assert labels.tolist() == [1, 1, 0]
    assert classes == ("a", "b")


def test_one_subfolder_is_no_class():
    assert subfolder_labels([Path("a/1.png"), Path("a/2.png")]) == (None, None)


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
