from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode.data import inspect_shape, is_picture_source, load


def test_registered_sets_are_known_by_name(cache):
    assert inspect_shape("fashion-mnist") == (1, 28, 28)
    assert inspect_shape("digits") == (1, 8, 8)
    assert is_picture_source("mnist")


@pytest.mark.parametrize("shape", [(9, 5), (9, 5, 6), (9, 5, 6, 3), (9, 5, 6, 4), (9, 3, 5, 6), (9, 3, 5, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int8])
def test_a_look_at_arrays_agrees_with_loading_them(tmp_path: Path, shape, dtype):
    array = np.ones(shape, dtype)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", x=array, y=np.zeros(9))
    expected = load(array).data_shape
    for source in (array, torch.from_numpy(array), tmp_path / "a.npy", str(tmp_path / "a.npz")):
        assert inspect_shape(source) == expected
        assert is_picture_source(source) == (len(shape) > 2)


def test_a_folder_takes_more_than_a_look_but_holds_pictures(tmp_path: Path):
    assert inspect_shape(tmp_path) is None
    assert is_picture_source(tmp_path)


@pytest.mark.parametrize("name", ["none", "broken.npy", "broken.npz", "text.txt", "\0", "a" * 3000, "~nobody-here/x"])
def test_what_cannot_be_read_gives_none(tmp_path: Path, name: str):
    for broken in ("broken.npy", "broken.npz", "text.txt"):
        (tmp_path / broken).write_bytes(b"junk")
    source = name if name.startswith("~") else f"{tmp_path}/{name}"
    assert inspect_shape(source) is None
    assert not is_picture_source(source)


def test_arrays_of_other_shapes_give_none():
    assert inspect_shape(np.zeros(5)) is None
    assert inspect_shape(torch.zeros(2, 3, 4, 5, 6)) is None
