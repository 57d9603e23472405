import numpy as np
import pytest
import torch

from autoencode.data.arrays.arrays import read_array, tensor_to_array
from autoencode.data.arrays.layout import Channels
from autoencode.data.options import ReadOptions
from autoencode.data.values import ValueRange
from autoencode.errors import DataError

RNG = np.random.default_rng(0)


def test_channels_last_bytes():
    array = RNG.integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    examples = read_array(array)
    assert examples.x.shape == (4, 3, 5, 6)
    assert np.array_equal(examples.x.numpy(), array.transpose(0, 3, 1, 2))
    assert examples.notes[0] == (
        "read as colour pictures of 5x6 (height x width), channels last (say --axes to decide otherwise)"
    )


def test_alpha_is_laid_on_white():
    array = RNG.integers(0, 256, (4, 5, 6, 4), dtype=np.uint8)
    array[..., 3] = 0
    examples = read_array(array)
    assert examples.x.shape == (4, 3, 5, 6)
    assert bool((examples.x == 255).all())
    assert any("the fourth channel is transparency, blended with white" in note for note in examples.notes)


def test_alpha_without_a_known_range_is_refused():
    with pytest.raises(DataError, match=r"transparency needs values that are brightness: say --values, or --channels-"):
        read_array(RNG.normal(size=(4, 5, 6, 4)), ReadOptions(channels=Channels.RGBA))


@pytest.mark.parametrize(
    "shape", [(120, 32, 32, 4), (120, 4, 32, 32), (120, 32, 32, 8), (9, 32, 32, 2), (9, 5, 32, 32)]
)
def test_any_number_of_bands_is_kept(shape):
    array = RNG.random(shape).astype("f4")
    examples = read_array(array)
    assert examples.x.shape[1] == min(shape[1:])
    assert float(examples.x.mean()) == pytest.approx(array.mean(), rel=1e-5)
    assert examples.options["channels_are"] == "bands"
    again = read_array(array, ReadOptions(channels=Channels.BANDS, values=ValueRange.RAW))
    assert torch.equal(again.x, examples.x)


def test_four_channels_can_be_given_as_transparent_or_not():
    array = RNG.random((20, 8, 8, 4)).astype("f4")
    note = "all four channels are kept (say --channels-are rgba if the fourth is transparency)"
    assert note in read_array(array).notes
    blended = read_array(array, ReadOptions(channels=Channels.RGBA))
    assert blended.x.shape == (20, 3, 8, 8)
    array[..., 3] = 1
    assert read_array(array).x.shape == (20, 3, 8, 8)
    assert read_array(array, ReadOptions(channels=Channels.BANDS)).x.shape == (20, 4, 8, 8)


def test_memory_is_only_rearranged_where_it_is_nobodys():
    array = RNG.integers(0, 256, (9, 3, 20, 20), dtype=np.uint8)
    assert not read_array(array).owned
    assert read_array(array, owned=True).owned
    assert read_array(np.ascontiguousarray(array.transpose(0, 2, 3, 1))).owned  # a copy


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
    assert first.options["values"] == "standardised"
    again = read_array(array, ReadOptions(values=ValueRange.parse(str(first.options["values"]))))
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
