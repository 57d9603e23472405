from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode.data import Batches, Subset, load
from autoencode.data.labels import read_labels, subfolder_labels
from autoencode.errors import ArgumentError, DataError


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64"])
def test_whole_numbers_are_labels(dtype):
    labels, classes, notes = read_labels(np.array([0, 1, 1], dtype), 3, "y")
    assert labels.tolist() == [0, 1, 1]
    assert classes == ("0", "1")
    assert notes == ("2 classes in 'y': 0, 1 (--labels none leaves them out)",)


@pytest.mark.parametrize(
    ("values", "names", "expected"),
    [
        ([-1, 1, -1], ("-1", "1"), [0, 1, 0]),
        ([3, 1, 2], ("1", "2", "3"), [2, 0, 1]),
        ([10, 100_000, 10], ("10", "100000"), [0, 1, 0]),
        ([1_000_000_000, 5, 5], ("5", "1000000000"), [1, 0, 0]),
        ([-7, -9, -7], ("-9", "-7"), [1, 0, 1]),
        (np.array([2**64 - 1, 0, 0], np.uint64), ("0", "18446744073709551615"), [1, 0, 0]),
        (np.array([True, False, True]), ("False", "True"), [1, 0, 1]),
        (np.array([2.0, -1.0, 2.0]), ("-1", "2"), [1, 0, 1]),
    ],
)
def test_values_are_names_and_classes_are_counted_from_zero(values, names, expected):
    labels, classes, _ = read_labels(np.array(values), 3, "y")
    assert classes == names
    assert labels.tolist() == expected
    assert labels.dtype == torch.int64


def test_unlabelled_examples_are_reported():
    array = np.array([-1, 1, 2, 1])
    assert "-1 is a class like the others; --unlabelled -1 makes it mean no label" in read_labels(array, 4, "y").notes
    labels, classes, notes = read_labels(array, 4, "y", "-1")
    assert labels.tolist() == [-1, 0, 1, 0]
    assert classes == ("1", "2")
    assert "1 of 4 examples have no label" in notes
    words, classes, _ = read_labels(np.array(["cat", "?", "dog"]), 3, "y", "?")
    assert (words.tolist(), classes) == ([0, -1, 1], ("cat", "dog"))
    with pytest.raises(ArgumentError, match=r"--unlabelled takes one of the labels, -1, 1, 2, not '9'"):
        read_labels(array, 4, "y", "9")


def test_nan_is_no_label():
    labels, classes, notes = read_labels(np.array([np.nan, 4.0, 7.0]), 3, "y")
    assert (labels.tolist(), classes) == ([-1, 0, 1], ("4", "7"))
    assert "1 of 3 examples have no label" in notes


def test_names_of_examples_are_no_classes():
    labels, _, (note,) = read_labels(np.arange(300), 300, "ids")
    assert labels is None
    assert note == "'ids' holds 300 different values for 300 examples, and is not used as labels"
    assert read_labels(np.arange(300) % 150, 300, "y").labels is not None


def test_a_column_is_flattened():
    labels, classes, _ = read_labels(np.array([[4], [5]]), 2, "y")
    assert (labels.tolist(), classes) == ([0, 1], ("4", "5"))


def test_words_become_classes():
    labels, classes, _ = read_labels(np.array(["dog", "cat", "dog"]), 3, "y")
    assert labels.tolist() == [1, 0, 1]
    assert classes == ("cat", "dog")


@pytest.mark.parametrize("array", [np.array([0.5, 1.0]), np.array([np.inf, 1.0]), np.array([1j, 2])])
def test_measurements_are_not_used_and_a_note_says_so(array):
    expected = ("'y' holds no whole numbers and no words, and is not used as labels",)
    assert read_labels(array, 2, "y") == (None, None, expected)


def test_one_hot_is_not_used_and_a_note_says_so():
    _, _, (note,) = read_labels(np.eye(3), 3, "y")
    assert "'y' of shape (3, 3) is not one label for each example" in note


@pytest.mark.parametrize("array", [np.array(3), np.array([1, 2])])
def test_another_number_of_labels_is_refused(array):
    with pytest.raises(DataError, match=r"'y' holds labels of shape .* for 3 examples; expected \(3,\)"):
        read_labels(array, 3, "y")


def test_top_level_names_count_and_deeper_ones_do_not():
    files = [Path("b/1.png"), Path("b/deep/2.png"), Path("a/deep/3.png")]
    labels, classes, _ = subfolder_labels(files)
    assert labels.tolist() == [1, 1, 0]
    assert classes == ("a", "b")


def test_one_subfolder_is_no_class():
    assert subfolder_labels([Path("a/1.png"), Path("a/2.png")]) == (None, None, ())


def test_a_class_without_a_readable_picture_is_reported():
    folders = frozenset(map(Path, (".", "a", "b", "c", "c/deep")))
    notes = subfolder_labels([Path("a/1.png"), Path("b/2.png")], folders).notes
    assert "no picture of 1 subfolders can be read: c" in notes


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
