import numpy as np
import pytest
import torch

from autoencode.data.arrays.arrays import array_shape, iter_array_chunks, read_array, tensor_to_array
from autoencode.data.values import ValueRange
from autoencode.errors import DataError

RNG = np.random.default_rng(0)


def test_channels_last_bytes():
    array = RNG.integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    examples = read_array(array)
    assert examples.x.shape == (4, 3, 5, 6)
    assert np.array_equal(examples.x.numpy(), array.transpose(0, 3, 1, 2))
    assert examples.notes[0] == "read as colour pictures of 5x6 (height x width), channels last"


def test_alpha_is_laid_on_white():
    array = RNG.integers(0, 256, (4, 5, 6, 4), dtype=np.uint8)
    array[..., 3] = 0
    examples = read_array(array)
    assert examples.x.shape == (4, 3, 5, 6)
    assert bool((examples.x == 255).all())
    assert "transparency is laid on white" in examples.notes


def test_alpha_without_a_known_range_is_refused():
    with pytest.raises(DataError, match=r"alpha channel need values in 0-1 or 0-255; say --values"):
        read_array(RNG.normal(size=(4, 5, 6, 4)))


@pytest.mark.parametrize(
    "array",
    [np.zeros((3, 2), complex), np.array([["a", "b"]]), np.array([[None, 1]]), np.zeros((3, 2), "datetime64[s]")],
)
def test_types_that_hold_no_real_numbers_are_refused(array):
    with pytest.raises(DataError, match=r"holds no real numbers; expected whole or floating numbers"):
        read_array(array)


def test_options_give_the_same_again():
    array = RNG.random((5, 4)) * 9
    first = read_array(array)
    assert first.options["values"] == "raw"
    again = read_array(array, ValueRange(str(first.options["values"])))
    assert torch.equal(again.x, first.x)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int32, torch.bool, torch.uint8])
def test_tensors_of_any_type(dtype):
    tensor = torch.ones(3, 2, dtype=dtype)
    assert np.array_equal(tensor_to_array(tensor), np.ones((3, 2)))


def test_tensors_with_gradients_are_read():
    assert tensor_to_array(torch.ones(3, 2, requires_grad=True)).shape == (3, 2)


def test_sparse_tensors_are_refused():
    with pytest.raises(DataError, match=r"torch.sparse_coo and .* cannot be read; make it dense"):
        tensor_to_array(torch.eye(3).to_sparse())


@pytest.mark.parametrize(
    "array",
    [
        np.random.default_rng(1).random((11, 4)),
        np.asfortranarray(RNG.random((5, 6))),
        RNG.integers(0, 256, (7, 5, 6, 4), dtype=np.uint8),
    ],
)
def test_portions_of_a_file_are_the_whole(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    whole = read_array(array)
    portions = list(iter_array_chunks(tmp_path / "x.npy", whole.values, 3))
    assert max(map(len, portions)) == 3
    assert torch.equal(torch.cat(portions), whole.x)
    assert array_shape(tmp_path / "x.npy") == whole.x.shape


def test_nothing_of_a_file_comes_before_all_of_it_is_checked(tmp_path):
    array = np.zeros((9, 2))
    array[8, 1] = np.inf
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(DataError, match="NaN or infinite"):
        next(iter(iter_array_chunks(tmp_path / "x.npy", ValueRange.UNIT, 3)))
