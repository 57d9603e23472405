import zipfile
from pathlib import Path

import numpy as np
import pytest

from autoencode.data import load, memory
from autoencode.data.arrays.npz import read_npz, read_npz_header
from autoencode.data.options import ReadOptions
from autoencode.data.split import OfficialSplit
from autoencode.errors import DataError, ShapeError

X = np.random.default_rng(0).integers(0, 256, (10, 4, 5), dtype=np.uint8)
Y = np.arange(10) % 3


def saved(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(folder / "a.npz", **arrays)
    return folder / "a.npz"


@pytest.mark.parametrize("key", ["x", "images", "data", "X", "x_train", "X_train", "anything"])
def test_examples_by_their_usual_names_or_alone(tmp_path: Path, key: str):
    examples = read_npz(saved(tmp_path, **{key: X}))
    assert np.array_equal(examples.x[:, 0].numpy(), X)
    assert examples.labels is None
    assert examples.notes[0] == f"examples from '{key}'"


@pytest.mark.parametrize("key", ["y", "labels", "y_train"])
def test_labels_by_their_usual_names(tmp_path: Path, key: str):
    examples = read_npz(saved(tmp_path, x=X, **{key: Y}))
    assert examples.labels.tolist() == Y.tolist()
    assert examples.notes[0] == f"examples from 'x', labels from '{key}'"


def test_a_test_part_stands_at_the_end(tmp_path: Path):
    examples = read_npz(saved(tmp_path, x_train=X, y_train=Y, x_test=X[:4] // 2, y_test=Y[:4]))
    assert examples.official.test == 4
    assert len(examples.x) == 14
    assert np.array_equal(examples.x[10:, 0].numpy(), X[:4] // 2)
    assert examples.labels.tolist() == [*Y, *Y[:4]]
    assert "'x_test' is the test part" in examples.notes[0]


def test_a_validation_part_stands_before_the_test_part(tmp_path: Path):
    path = saved(tmp_path, train_images=X, train_labels=Y[:, None], val_images=X[:3], val_labels=Y[:3, None])
    examples = read_npz(path)
    assert (examples.official.validation, examples.official.test) == (3, 0)
    assert examples.labels.tolist() == [*Y, *Y[:3]]
    assert "'val_images' is the validation part" in examples.notes[0]
    path = saved(tmp_path, x_train=X, x_test=X[:2], x_valid=X[:3])
    assert read_npz(path).official == OfficialSplit(3, 2)
    assert load(path).split.sizes == {"train": 10, "validation": 3, "test": 2}


def test_parts_can_be_divided_anew(tmp_path: Path):
    path = saved(tmp_path, x_train=X, x_test=X)
    assert read_npz(path, ReadOptions(parts="random")).official == OfficialSplit()
    data = load(path, parts="random")
    assert data.split.sizes == {"train": 16, "validation": 2, "test": 2}
    assert load(path, **data.options).split.sizes == data.split.sizes


def test_arrays_that_are_not_used_are_reported(tmp_path: Path):
    notes = read_npz(saved(tmp_path, x=X, y=Y, masks=X, z=Y)).notes
    assert "2 of 4 arrays are not used: masks, z" in notes
    assert "not used" not in " ".join(read_npz(saved(tmp_path, x=X, y=Y)).notes)


@pytest.mark.parametrize("labels", [np.array(3), Y[:3], np.eye(4)])
def test_test_labels_that_do_not_fit_are_reported(tmp_path: Path, labels: np.ndarray):
    examples = read_npz(saved(tmp_path, x_train=X, y_train=Y, x_test=X[:4], y_test=labels))
    assert examples.labels is None
    assert any("the test part has no labels that fit" in note for note in examples.notes)


def test_labels_can_be_left_out(tmp_path: Path):
    examples = read_npz(saved(tmp_path, x=X, y=Y), ReadOptions(labels="none"))
    assert (examples.labels, examples.classes) == (None, None)


def test_a_test_part_without_labels_drops_labels_and_says_so(tmp_path: Path):
    examples = read_npz(saved(tmp_path, x_train=X, y_train=Y, x_test=X[:4]))
    assert examples.labels is None
    assert "'y_train' is not used: the test part has no labels that fit its examples" in examples.notes


def test_parts_of_different_shapes_are_refused(tmp_path: Path):
    with pytest.raises(
        ShapeError, match=r"shape \(10, 4, 5\) and those of 'x_test', \(10, 3, 5\), may differ in number only"
    ):
        read_npz(saved(tmp_path, x_train=X, x_test=X[:, :3]))


def test_no_array_of_examples_lists_what_was_found(tmp_path: Path):
    with pytest.raises(DataError, match=r"expected one of x, X, images, data, x_train, found a, b"):
        read_npz(saved(tmp_path, a=X, b=X))


def test_an_empty_archive(tmp_path: Path):
    with pytest.raises(DataError, match=r"found none"):
        read_npz(saved(tmp_path))


def test_labels_of_another_length_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"'y' holds labels of shape \(7,\) for 10 examples"):
        read_npz(saved(tmp_path, x=X, y=Y[:7]))


def test_objects_are_never_unpickled(tmp_path: Path):
    for arrays in ({"x": np.array([None, 1])}, {"x": X, "y": np.array([None] * 10)}):
        np.savez(tmp_path / "a.npz", **arrays)
        with pytest.raises(DataError, match=r"'[xy]' in .*a.npz holds Python objects as a pickle"):
            read_npz(tmp_path / "a.npz")


def test_a_zip_bomb_is_refused_by_its_header(tmp_path: Path, monkeypatch):
    path = saved(tmp_path, x=np.zeros((1000, 1000), np.uint8))
    monkeypatch.setattr(memory, "physical_memory", lambda: 10_000)
    for read in (read_npz, read_npz_header):
        with pytest.raises(DataError, match=r"'x' in .*a.npz needs .* GiB and this machine has"):
            read(path)


def test_a_header_that_promises_more_than_is_there(tmp_path: Path):
    path = saved(tmp_path, x=X)
    with zipfile.ZipFile(path) as archive:
        content = archive.read("x.npy")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content[:-20])
    with pytest.raises(DataError, match=r"'x' in .*a.npz cannot be read: .*; copy or make it again"):
        read_npz(path)


def test_every_truncation_and_damage_is_a_data_error_or_harmless(tmp_path: Path):
    content = saved(tmp_path, x=X, y=Y).read_bytes()
    rng = np.random.default_rng(0)
    for end in range(0, len(content), 41):
        (tmp_path / "b.npz").write_bytes(content[:end])
        with pytest.raises(DataError):
            read_npz(tmp_path / "b.npz")
    for _ in range(60):
        damaged = bytearray(content)
        damaged[rng.integers(len(content))] ^= 1 << rng.integers(8)
        (tmp_path / "b.npz").write_bytes(damaged)
        try:
            read_npz(tmp_path / "b.npz")
        except (DataError, ShapeError):
            continue


def test_what_is_no_archive(tmp_path: Path):
    (tmp_path / "a.npz").write_bytes(b"no zip")
    with pytest.raises(DataError, match=r"a.npz cannot be read: File is not a zip file"):
        read_npz(tmp_path / "a.npz")


def test_the_header_alone(tmp_path: Path):
    assert read_npz_header(saved(tmp_path, x=X, y=Y)) == ((10, 4, 5), np.dtype("uint8"))


@pytest.mark.parametrize("name", ["x", "x_test"])
def test_a_single_number_is_no_array_of_examples(tmp_path: Path, name: str):
    with pytest.raises(ShapeError, match=rf"'{name}' in .* is a single number"):
        read_npz(saved(tmp_path, **{"x": X, name: np.array(3.0)}))


def test_names_in_an_archive_are_no_control_codes(tmp_path: Path):
    with pytest.raises(DataError, match="no array of examples") as error:
        read_npz(saved(tmp_path, **{"a": X, "\x1b[1m": X}))
    assert str(error.value).isprintable()
