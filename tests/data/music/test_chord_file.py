"""Chords in a .json file."""

import json

import pytest

from autoencode.data import load
from autoencode.errors import ArgumentError, DataError

PIECE = [[60, 64], [], [21, 108]]


def written(tmp_path, value, name="chorales-quarter.json"):
    (tmp_path / name).write_text(json.dumps(value))
    return tmp_path / name


def test_the_parts_of_the_file_are_those_of_the_data(tmp_path):
    data = load(written(tmp_path, {"train": [PIECE] * 3, "test": [PIECE[:2]], "valid": [PIECE[:1]] * 2}))
    assert data.split.sizes == {"train": 3, "validation": 2, "test": 1}
    assert data.options["grid"] == "quarter"
    assert data.train.x[0].sum(-1).tolist() == [2, 0, 2]
    assert data.train.x[0, 2].nonzero().flatten().tolist() == [0, 87]
    assert data.test.x[0, :, 0].tolist() == [0, 0, -1]


def test_other_parts(tmp_path):
    path = written(tmp_path, {"train": [PIECE] * 6, "test": [PIECE], "valid": [PIECE]})
    assert load(path, parts="random", grid="8th", test=3).split.sizes == {"train": 4, "validation": 1, "test": 3}


@pytest.mark.parametrize(
    "value", [3, [], {}, {"a": [PIECE]}, {"train": 3}, [3], [[["x"]]], [[[20]]], [[[109]]], [[60]], [[[60.5, {}]]]]
)
def test_anything_else_is_refused_in_one_line(tmp_path, value):
    with pytest.raises(DataError, match="expected lists of pieces") as caught:
        load(written(tmp_path, value))
    assert "\n" not in str(caught.value)


def test_voices_are_not_told_apart(tmp_path):
    with pytest.raises(ArgumentError, match="--voices tune"):
        load(written(tmp_path, [PIECE] * 5), voices="tune")
