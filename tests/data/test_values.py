import numpy as np
import pytest
import torch

from autoencode.data.values import ValueRange, convert_values, parse_value_range
from autoencode.errors import ArgumentError, DataError

RNG = np.random.default_rng(0)
PICTURES = (4, 1, 5, 5)


def read(array: np.ndarray, asked: str = "auto", *, pictures: bool = True) -> tuple[ValueRange, torch.Tensor, str]:
    return convert_values(array, parse_value_range(asked), pictures=pictures)


def uniform(high: float, dtype: str = "float32", low: float = 0) -> np.ndarray:
    array = (low + (high - low) * RNG.random(PICTURES)).astype(dtype)
    array.flat[0], array.flat[1] = low, high
    return array


def test_bytes_are_stored_as_they_are():
    array = uniform(255, "uint8")
    values, x, note = read(array)
    assert values is ValueRange.BYTES
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array)
    assert note == "values 0-255, divided by 255 (say --values to decide otherwise)"


@pytest.mark.parametrize("dtype", ["int16", "int64", "uint16", ">i4", "float32", "float64", "float16"])
def test_whole_numbers_up_to_255_are_stored_as_bytes(dtype: str):
    array = np.rint(uniform(255)).astype(dtype)
    values, x, _ = read(array)
    assert values is ValueRange.BYTES
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int64", "uint16"])
def test_masks_of_zeros_and_ones_are_black_and_white(dtype: str):
    array = (uniform(1) > 0.5).astype(dtype)
    values, x, note = read(array)
    assert values is ValueRange.UNIT
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array.astype(np.uint8) * 255)
    assert "values 0 and 1 only, read as black and white" in note


def test_floats_between_zero_and_one_stay():
    array = uniform(1.0)
    values, x, note = read(array)
    assert values is ValueRange.UNIT
    assert np.array_equal(x.numpy(), array)
    assert "values 0-1, kept as they are" in note


def test_rounding_past_one_is_still_zero_to_one():
    values, x, _ = read(uniform(1 + 1e-6))
    assert values is ValueRange.UNIT
    assert float(x.max()) == 1.0


def test_float_pictures_up_to_255_are_divided_and_a_note_says_so():
    array = uniform(254.5)
    values, x, note = read(array)
    assert values is ValueRange.BYTES
    assert x.dtype == torch.float32
    np.testing.assert_allclose(x.numpy(), array / 255, rtol=1e-6)
    assert "0 to 254.5, not whole numbers, read as 0-255 and divided by 255" in note
    assert "--values" in note


def test_sixteen_bit_pictures_are_divided_by_65535():
    values, x, note = read(uniform(65535, "uint16"))
    assert values is ValueRange.WORDS
    assert float(x.max()) == 1.0
    assert "values 0-65535, divided by 65535" in note


@pytest.mark.parametrize("array", [uniform(3, low=-1), uniform(300), uniform(300, "int32"), uniform(5, "int8", low=-5)])
def test_anything_else_is_raw(array: np.ndarray):
    values, x, note = read(array)
    assert values is ValueRange.RAW
    assert x.dtype == torch.float32
    assert np.array_equal(x.numpy(), array.astype(np.float32))
    assert "kept as they are" in note


def test_vectors_outside_zero_to_one_are_measurements():
    for array in (uniform(200), np.rint(uniform(200)).astype("int64"), uniform(60000, "uint16")):
        assert read(array, pictures=False)[0] is ValueRange.RAW


def test_the_whole_array_decides():
    array = np.zeros((10_000, 2), np.float32)
    array[-1, -1] = 7
    assert read(array, pictures=False)[0] is ValueRange.RAW


@pytest.mark.parametrize("asked", list(ValueRange))
def test_what_a_person_says_is_taken(asked: ValueRange):
    array = (uniform(1) > 0.5).astype("uint8")
    values, x, _ = read(array, str(asked))
    assert values is asked
    units = x.float() / 255 if x.dtype == torch.uint8 else x
    np.testing.assert_allclose(units.numpy(), array / (asked.top or 1), rtol=1e-6)


@pytest.mark.parametrize(
    ("array", "asked", "message"),
    [
        (uniform(200), "0-1", r"values are from 0 to 200, outside 0-1; say --values 0-255"),
        (uniform(1, low=-1), "0-255", r"values are from -1 to 1, outside 0-255; say --values raw"),
        (uniform(300), "0-255", r"values are from 0 to 300, outside 0-255; say --values 0-65535"),
        (uniform(99999), "0-65535", r"values are from 0 to 99999, outside 0-65535; say --values raw"),
        (uniform(200, "uint8"), "0-1", r"values are from 0 to 200, outside 0-1; say --values 0-255"),
    ],
)
def test_data_outside_of_what_was_said_are_refused(array: np.ndarray, asked: str, message: str):
    with pytest.raises(DataError, match=message):
        read(array, asked)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_say_how_many_and_where(wrong: float):
    array = uniform(1.0)
    array[2, 0, 3, 4] = array[3, 0, 0, 0] = wrong
    with pytest.raises(DataError, match=r"2 of 100 values are NaN or infinite, the first at index \(2, 0, 3, 4\)"):
        read(array)


def test_numbers_too_large_for_32_bits_are_refused():
    with pytest.raises(DataError, match=r"do not fit into 32-bit floats; scale them"):
        read(np.array([[1e300, 0.0]]), pictures=False)


def test_an_unknown_way_to_read_values_lists_the_known():
    with pytest.raises(ArgumentError, match=r"--values takes auto, 0-255, 0-1, 0-65535, raw, not '0-100'"):
        parse_value_range("0-100")


def test_the_array_of_the_caller_is_not_changed():
    for array in (uniform(1.0), uniform(254.5), uniform(255, "uint8")):
        before = array.copy()
        read(array)
        assert np.array_equal(array, before)


def test_read_only_and_reversed_arrays_are_read():
    array = np.rint(uniform(255)).astype("uint8")[::-1]
    array.flags.writeable = False
    assert np.array_equal(read(array)[1].numpy(), array)
