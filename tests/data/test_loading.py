import json
from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode.data import Dataset, ValueRange, load
from autoencode.errors import ArgumentError, DataError, ShapeError

RNG = np.random.default_rng(0)


def same(a: Dataset, b: Dataset) -> bool:
    parts = all(torch.equal(a.subsets[name].x, b.subsets[name].x) for name in a.subsets)
    return parts and (a.fingerprint, a.options, a.classes, a.files) == (b.fingerprint, b.options, b.classes, b.files)


def reloaded(data: Dataset, source: object) -> Dataset:
    return load(source, **json.loads(json.dumps(data.options)))


def test_an_array():
    array = RNG.random((50, 6))
    data = load(array)
    assert (data.name, data.source) == ("array", "")
    assert data.split.sizes == {"train": 40, "validation": 5, "test": 5}
    assert data.data_shape == (6,)
    np.testing.assert_allclose(data.test.inputs().numpy(), array[data.split.test.numpy()], rtol=1e-6)
    assert same(data, reloaded(data, array))


def test_a_tensor_and_its_array_are_the_same_data():
    array = RNG.integers(0, 256, (20, 3, 8, 8), dtype=np.uint8)
    assert same(load(array), load(torch.from_numpy(array)))


def test_the_array_of_the_caller_is_not_shared():
    array = RNG.integers(0, 256, (20, 3), dtype=np.uint8)
    data = load(array)
    before = data.train.x.clone()
    array[:] = 0
    assert torch.equal(data.train.x, before)


@pytest.mark.parametrize(
    "array", [RNG.random((30, 4)) * 300, (RNG.random((30, 5, 5)) > 0.5).astype("uint8"), RNG.random((30, 5, 5)) * 254.5]
)
def test_the_resolved_options_give_the_same_again(tmp_path: Path, array: np.ndarray):
    np.save(tmp_path / "scans.npy", array)
    data = load(tmp_path / "scans.npy", seed=4, validation=0.2, test=3, limit=10)
    assert (data.name, data.source) == ("scans", str(tmp_path / "scans.npy"))
    assert data.split.sizes == {"train": 10, "validation": 6, "test": 3}
    assert same(data, reloaded(data, data.source))


def test_an_archive_with_labels_and_a_test_part(tmp_path: Path):
    x, y = RNG.random((40, 3)), np.arange(40) % 4
    np.savez(tmp_path / "a.npz", x_train=x[:30], y_train=y[:30], x_test=x[30:], y_test=y[30:])
    data = load(str(tmp_path / "a.npz"))
    assert data.split.sizes == {"train": 27, "validation": 3, "test": 10}
    np.testing.assert_allclose(data.test.x.numpy(), x[30:], rtol=1e-6)
    assert data.test.labels.tolist() == y[30:].tolist()
    assert data.train.labels.tolist() == y[data.split.train.numpy()].tolist()
    assert same(data, reloaded(data, data.source))


def test_a_folder(draw):
    for i in range(12):
        folder = draw(f"{'ab'[i % 2]}/{i:02}.png", (9 + i, 9)).parent.parent
    data = load(folder)
    assert (data.name, data.source) == ("pictures", str(folder))
    assert data.data_shape == (3, 64, 64)
    assert data.classes == ("a", "b")
    assert len(data.files) == 12
    for place, label in zip(data.split.train.tolist(), data.train.labels.tolist(), strict=True):
        assert data.files[place].startswith(data.classes[label])
    assert same(data, reloaded(data, data.source))


def test_a_folder_with_options(draw):
    folder = [draw(f"{i}.png", mode="L") for i in range(3)][-1].parent
    data = load(str(folder), size="16x12", colour="rgb")
    assert data.data_shape == (3, 16, 12)
    assert data.split.sizes == {"train": 1, "validation": 1, "test": 1}
    assert same(data, reloaded(data, data.source))


def test_the_fingerprint_of_changed_data_differs():
    array = RNG.random((10, 3)).astype("float32")
    changed = array.copy()
    changed[-1, -1] += 1e-6
    assert load(array).fingerprint == load(array, seed=1).fingerprint
    assert load(array).fingerprint != load(changed).fingerprint


def test_the_seed_decides_and_the_global_generator_does_not():
    array = RNG.random((50, 2))
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = load(array, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(load(array, seed=1).train.x, first.train.x)
    assert not torch.equal(load(array, seed=2).train.x, first.train.x)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_examples(n: int, draw):
    needed = "at least 3 are needed: one each to train, validate and test"
    with pytest.raises(DataError, match=rf"pictures found: {n}; {needed}"):
        load(np.zeros((n, 4, 4), np.uint8))
    with pytest.raises(DataError, match=rf"examples found: {n}; {needed}"):
        load(np.zeros((n, 4)))
    folder = [draw(f"{i}.png") for i in range(n)][-1].parent
    with pytest.raises(DataError, match=rf"pictures found: {n}; {needed}"):
        load(folder)


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (np.zeros((0, 4)), DataError, "is empty"),
        (np.zeros(4), ShapeError, "holds no examples; expected"),
        (np.array(4.0), ShapeError, "holds no examples; expected"),
        (np.zeros((3, 3, 3, 3, 3)), ShapeError, "holds no examples; expected"),
        (np.array([["a"] * 4] * 4), DataError, "holds no real numbers"),
        (np.zeros((4, 4), complex), DataError, "holds no real numbers"),
        (np.full((4, 4), np.nan), DataError, "16 of 16 values are NaN or infinite"),
    ],
)
def test_arrays_that_hold_no_examples(tmp_path: Path, array: np.ndarray, error: type, message: str):
    np.save(tmp_path / "a.npy", array)
    for source in (array, tmp_path / "a.npy"):
        with pytest.raises(error, match=message):
            load(source)


def test_options_without_meaning_are_refused():
    array = np.zeros((9, 4, 4), np.uint8)
    with pytest.raises(ArgumentError, match=r"--size and --colour do not apply to this array: leave them out"):
        load(array, size=(8, 8), colour="grey")
    with pytest.raises(ArgumentError, match=r"--axes does not apply to digits: leave it out"):
        load("digits", axes="nchw")
    with pytest.raises(ArgumentError, match=r"--labels does not apply to this array: leave it out"):
        load(array, labels="none")
    with pytest.raises(ArgumentError, match=r"--parts takes auto, random, regions, not 'folders'"):
        load("digits", parts="folders")
    with pytest.raises(ArgumentError, match=r"--values takes auto, raw"):
        load(array, values="bright")
    with pytest.raises(ArgumentError, match=r"digits holds values 0-255; leave --values out, not raw"):
        load("digits", values="raw")


def test_a_registered_set_again_from_its_options():
    data = load("digits", seed=3, limit=100)
    assert (data.name, data.source, data.values) == ("digits", "digits", ValueRange.BYTES)
    assert same(data, reloaded(data, "digits"))


def test_a_repr_worth_reading():
    assert repr(load(np.zeros((30, 4, 5), np.uint8))) == "Dataset('array', 1x4x5: train 24, validation 3, test 3)"
