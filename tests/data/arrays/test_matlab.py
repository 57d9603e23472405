from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from autoencode.data import inspect_shape, load
from autoencode.errors import DataError

X = np.random.default_rng(0).integers(0, 256, (20, 6, 5, 3), dtype=np.uint8)
Y = np.arange(20) % 3 + 1


def test_pictures_along_the_last_axis_are_found_by_their_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    savemat(path, {"X": np.moveaxis(X, 0, -1), "y": Y[:, None], "note": "text", "cells": np.array([1, "a"], object)})
    data = load(path)
    assert data.data_shape == (3, 6, 5)
    assert inspect_shape(path) == (3, 6, 5)
    assert np.array_equal(data.train.x.numpy(), X[data.split.train].transpose(0, 3, 1, 2))
    assert data.classes == ("1", "2", "3")
    assert "examples are along the last axis of 'X', (6, 5, 3, 20)" in data.notes


def test_rows_stay_rows(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(30, 4))
    savemat(tmp_path / "a.mat", {"data": rows, "labels": np.arange(30)[None] % 2})
    data = load(tmp_path / "a.mat", values="raw")
    assert np.array_equal(data.train.x.numpy(), rows[data.split.train].astype(np.float32))
    assert data.classes == ("0", "1")


def test_version_7_3_is_hdf5_with_its_axes_reversed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["images"], file["labels"] = X[..., 0].T, Y[None]
        file["#refs#/a"] = np.zeros(3)
    data = load(tmp_path / "a.mat")
    assert np.array_equal(data.train.x[:, 0].numpy(), X[data.split.train, ..., 0])
    assert data.classes == ("1", "2", "3")


def test_damaged_files_and_files_without_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(300))
    with pytest.raises(DataError, match=r"a\.mat cannot be read"):
        load(tmp_path / "a.mat")
    savemat(tmp_path / "b.mat", {"name": "text"})
    with pytest.raises(DataError, match=r"holds no array of examples.*found none"):
        load(tmp_path / "b.mat")
