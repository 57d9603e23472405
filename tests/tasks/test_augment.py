"""Generated examples of each class."""

import pytest

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError


def test_each_class_has_a_folder_of_its_own_that_train_reads(digits_run, tmp_path):
    files = tasks.augment(digits_run, 12, tmp_path / "more")
    assert list(files) == digits_run.classes
    data = load(tmp_path / "more")
    assert list(data.classes) == digits_run.classes
    assert len(data.train) + len(data.validation) + len(data.test) == 12 * len(digits_run.classes)
    zero, one = ((tmp_path / "more" / name / "0001.png").read_bytes() for name in digits_run.classes[:2])
    assert zero != one
    tasks.augment(digits_run, 12, tmp_path / "again")
    assert (tmp_path / "again" / digits_run.classes[0] / "0001.png").read_bytes() == zero


def test_data_without_classes_are_refused(digits_run, tmp_path, monkeypatch):
    monkeypatch.setattr(type(digits_run), "classes", property(lambda self: []))
    with pytest.raises(ArgumentError, match="have no classes: put the pictures"):
        tasks.augment(digits_run, 3, tmp_path)
