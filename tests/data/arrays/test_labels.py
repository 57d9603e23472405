import numpy as np
import pytest

from autoencode.data.arrays.labels import read_labels
from autoencode.errors import DataError


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
