"""The registered sets, as published."""

import gzip
import struct

import numpy as np
import pytest
import torch

from autoencode.data import ValueRange, datasets, load
from autoencode.data.published.sets import idx_pair
from autoencode.data.published.sets.mnist import FILES
from autoencode.errors import DataError


@pytest.mark.parametrize("name", ["fashion-mnist", "mnist"])
def test_idx_sets(real_data, name: str):
    data = load(name, download=False)
    assert data.data_shape == datasets[name].data_shape == (1, 28, 28)
    assert data.split.sizes == {"train": 55_000, "validation": 5_000, "test": 10_000}
    assert data.train.x.dtype == torch.uint8
    assert data.values is ValueRange.BYTES
    assert len(data.classes) == 10
    assert torch.equal(data.split.test, torch.arange(60_000, 70_000))
    if name == "fashion-mnist":
        counts = data.train.labels.bincount() + data.validation.labels.bincount()
        assert counts.tolist() == [6_000] * 10
        assert data.test.labels.bincount().tolist() == [1_000] * 10
        assert (data.classes[0], data.classes[9]) == ("T-shirt/top", "ankle boot")
    if name == "mnist":
        pixels = data.train.x.numpy()  # the training part's mean as published, 0.1307, from 55,000 of its 60,000
        assert pixels.mean() / 255 == pytest.approx(0.1307, abs=5e-4)


def test_binarized_mnist(real_data):
    data = load("binarized-mnist", download=False)
    assert data.data_shape == (1, 28, 28)
    assert data.split.sizes == {"train": 50_000, "validation": 10_000, "test": 10_000}
    assert data.train.x[::50].unique().tolist() == [0, 255]
    assert data.train.x.numpy().mean() / 255 == pytest.approx(0.13, abs=0.005)
    assert data.train.labels is None
    assert data.values is ValueRange.UNIT
    assert torch.equal(data.split.validation, torch.arange(50_000, 60_000))
    assert not torch.equal(data.split.train, torch.arange(50_000))


def test_digits_need_no_files(cache):
    data = load("digits", download=False)
    assert data.data_shape == (1, 8, 8)
    assert sum(data.split.sizes.values()) == 1_797
    assert data.split.sizes["test"] == 180
    assert len(data.train.x.unique()) == 17
    assert int(data.train.x.max()) == 255
    assert not cache.exists()


def test_files_that_do_not_match_are_refused():
    def idx(shape: tuple[int, ...]) -> bytes:
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        return gzip.compress(header + bytes(int(np.prod(shape))))

    contents = dict(zip(FILES, [idx((5, 2, 2)), idx((4,)), idx((3, 2, 2)), idx((3,))], strict=True))
    with pytest.raises(DataError, match=r"pictures \(5, 2, 2\), \(3, 2, 2\) and labels \(4,\), \(3,\) do not match"):
        idx_pair.read_idx_files(contents.__getitem__, FILES, ())
