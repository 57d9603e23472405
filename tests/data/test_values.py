import numpy as np
import pytest
import torch

from autoencode.data.standardisation import MAX_COLUMNS
from autoencode.data.values import (
    ConvertedValues,
    TrainedValues,
    ValueRange,
    convert_values,
    parse_value_range,
    values_of_new,
)
from autoencode.errors import ArgumentError, DataError

RNG = np.random.default_rng(0)
PICTURES = (4, 1, 5, 5)


def read(array: np.ndarray, asked: str = "auto", *, pictures: bool = True) -> ConvertedValues:
    return convert_values(array, parse_value_range(asked), pictures=pictures)


def uniform(high: float, dtype: str = "float32", low: float = 0) -> np.ndarray:
    array = (low + (high - low) * RNG.random(PICTURES)).astype(dtype)
    array.flat[0], array.flat[1] = low, high
    return array


def test_bytes_are_stored_as_they_are():
    array = uniform(255, "uint8")
    values, x, note = read(array)
    assert values == ValueRange.BYTES
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array)
    assert note == "values 0-255, divided by 255 (say --values to decide otherwise)"


@pytest.mark.parametrize("dtype", ["int16", "int64", "uint16", ">i4", "float32", "float64", "float16"])
def test_whole_numbers_up_to_255_are_stored_as_bytes(dtype: str):
    array = np.rint(uniform(255)).astype(dtype)
    values, x, _ = read(array)
    assert values == ValueRange.BYTES
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int64", "uint16"])
def test_masks_of_zeros_and_ones_are_black_and_white(dtype: str):
    array = (uniform(1) > 0.5).astype(dtype)
    values, x, note = read(array)
    assert values == ValueRange.UNIT
    assert x.dtype == torch.uint8
    assert np.array_equal(x.numpy(), array.astype(np.uint8) * 255)
    assert "values 0 and 1 only, read as black and white" in note


def test_floats_between_zero_and_one_stay():
    array = uniform(1.0)
    values, x, note = read(array)
    assert values == ValueRange.UNIT
    assert np.array_equal(x.numpy(), array)
    assert "values 0-1, kept as they are" in note


def test_rounding_past_one_is_still_zero_to_one():
    values, x, _ = read(uniform(1 + 1e-6))
    assert values == ValueRange.UNIT
    assert float(x.max()) == 1.0


def test_float_pictures_up_to_255_are_divided_and_a_note_says_so():
    array = uniform(254.5)
    values, x, note = read(array)
    assert values == ValueRange.BYTES
    assert x.dtype == torch.float32
    np.testing.assert_allclose(x.numpy(), array / 255, rtol=1e-6)
    assert "0 to 254.5, not whole numbers, read as 0-255 and divided by 255" in note
    assert "--values" in note


def test_sixteen_bit_pictures_are_divided_by_65535():
    values, x, note = read(uniform(65535, "uint16"))
    assert values == ValueRange.WORDS
    assert float(x.max()) == 1.0
    assert "values 0-65535, divided by 65535" in note


@pytest.mark.parametrize("array", [uniform(3, low=-1), uniform(300), uniform(300, "int32"), uniform(5, "int8", low=-5)])
def test_anything_else_is_raw(array: np.ndarray):
    values, x, note = read(array)
    assert values == ValueRange.RAW
    assert x.dtype == torch.float32
    assert np.array_equal(x.numpy(), array.astype(np.float32))
    assert "kept as they are" in note


def test_vectors_outside_zero_to_one_are_standardised():
    for array in (uniform(200), np.rint(uniform(200)).astype("int64"), uniform(60000, "uint16")):
        values, x, note = read(array, pictures=False)
        assert values == ValueRange.STANDARDISED
        assert np.array_equal(x.numpy(), array)
        assert "standardised: each column minus its mean" in note
        assert "--values raw" in note


def test_pictures_are_not_standardised():
    with pytest.raises(ArgumentError, match="--values standardised is for vectors"):
        read(uniform(200), "standardised")


def test_numbers_to_standardise_keep_their_digits():
    values, x, _ = read(np.array([[1.7e9 + 1], [1.7e9]]), pictures=False)
    assert values.standardised
    assert x[0] - x[1] == 1


def test_too_many_columns_are_kept_as_they_are():
    assert read(np.full((2, MAX_COLUMNS + 1), 2, np.int16), pictures=False)[0] == ValueRange.RAW


def test_the_whole_array_decides():
    array = np.zeros((10_000, 2), np.float32)
    array[-1, -1] = 7
    assert read(array, pictures=False)[0] == ValueRange.STANDARDISED


@pytest.mark.parametrize("asked", [ValueRange.BYTES, ValueRange.UNIT, ValueRange.WORDS, ValueRange.RAW])
def test_what_a_person_says_is_taken(asked: ValueRange):
    array = (uniform(1) > 0.5).astype("uint8")
    values, x, _ = read(array, str(asked))
    assert values == asked
    units = x.float() / 255 if x.dtype == torch.uint8 else x
    np.testing.assert_allclose(units.numpy(), array / (asked.high or 1), rtol=1e-6)


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
def test_data_outside_of_the_given_range_are_refused(array: np.ndarray, asked: str, message: str):
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
        read(np.array([[1e300, 0.0]]), "raw", pictures=False)


def test_an_unknown_way_to_read_values_lists_the_known():
    for wrong in ("0", "255-0", "bytes", "1-1", ""):
        with pytest.raises(ArgumentError, match=r"--values takes auto, raw, standardised, or .*: 0-1, .* not '"):
            parse_value_range(wrong)


def test_the_array_of_the_caller_is_not_changed():
    for array in (uniform(1.0), uniform(254.5), uniform(255, "uint8")):
        before = array.copy()
        read(array)
        assert np.array_equal(array, before)


def test_read_only_and_reversed_arrays_are_read():
    array = np.rint(uniform(255)).astype("uint8")[::-1]
    array.flags.writeable = False
    assert np.array_equal(read(array).x.numpy(), array)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("0-255", 0, 255), ("0-4095", 0, 4095), ("-1..1", -1, 1), ("-1000..3000", -1000, 3000), ("0.5-2.5", 0.5, 2.5)],
)
def test_black_and_white_can_be_given(text: str, low: float, high: float):
    values = parse_value_range(text)
    assert (values.low, values.high) == (low, high)
    assert parse_value_range(str(values)) == values
    array = np.array([[low, (low + high) / 2, high]], np.float32)
    np.testing.assert_allclose(read(array, text).x.numpy(), [[0, 0.5, 1]], atol=1e-2)


def test_twelve_bits_in_sixteen_are_reported_and_can_be_white():
    array = uniform(4000, "uint16")
    values, _, note = read(array)
    assert values == ValueRange.WORDS
    assert "but the largest is 4000 (--values 0-4095 makes 4095 white)" in note
    assert float(read(array, "0-4095").x.max()) == pytest.approx(4000 / 4095)
    assert "but the largest" not in read(uniform(40000, "uint16")).note


BYTES, UNIT = ValueRange.BYTES, ValueRange.UNIT
FROM_BYTES = TrainedValues(BYTES, (0.0, 1.0), pictures=True)


@pytest.mark.parametrize(
    ("values", "dtype", "low", "high", "expected", "noted"),
    [
        (BYTES, "uint8", 0, 255, BYTES, False),
        (BYTES, "uint8", 0, 1, BYTES, False),  # nearly black pictures are possible
        (BYTES, "float32", 0, 255, BYTES, False),
        (BYTES, "float32", 0, 1, UNIT, True),
        (BYTES, "float64", 0.2, 0.9, UNIT, True),
        (BYTES, "uint16", 0, 60_000, ValueRange.WORDS, True),
        (UNIT, "float32", 0, 1, UNIT, False),
        (UNIT, "uint8", 0, 255, BYTES, True),
        (ValueRange.WORDS, "uint16", 0, 200, ValueRange.WORDS, False),
        (ValueRange.WORDS, "uint8", 0, 200, BYTES, True),
        (ValueRange(0.0, 4095.0), "uint16", 0, 4095, ValueRange(0.0, 4095.0), False),
        (ValueRange(0.0, 4095.0), "uint16", 0, 60_000, ValueRange.WORDS, True),
        (ValueRange(0.0, 4095.0), "uint8", 0, 255, BYTES, True),
    ],
)
def test_the_range_of_new_numbers_is_their_own(values, dtype, low, high, expected, noted):
    found, note = values_of_new(FROM_BYTES._replace(values=values), np.dtype(dtype), float(low), float(high))
    assert found == expected
    assert (note is not None) == noted
    assert not noted or (f"read as {expected}; the training data were {values}" in note and "--values" in note)


@pytest.mark.parametrize(("low", "high"), [(-3.0, 4.0), (0.0, 300.0)])
def test_new_numbers_that_fit_no_range_are_refused(low: float, high: float):
    with pytest.raises(DataError, match=r"do not fit the 0-255 of the training data: scale them, or say .* --values"):
        values_of_new(FROM_BYTES, np.dtype("float32"), low, high)


def test_new_measurements_are_taken_as_they_are_and_another_scale_is_reported():
    trained = TrainedValues(ValueRange.RAW, (-1000.0, 3000.0), pictures=True)
    assert values_of_new(trained, np.dtype("float32"), -900.0, 2500.0) == (ValueRange.RAW, None)
    values, note = values_of_new(trained, np.dtype("float32"), 0.0, 1.0)
    assert values == ValueRange.RAW
    assert "where the model was trained on -1000 to 3000" in note
    assert values_of_new(trained, np.dtype("float32"), 0.0, 90_000.0)[1] is not None


@pytest.mark.parametrize("ends", [(0.0, 1e-6), (-2e-300, 3e-20), (0.0, 1e20), (-3e38, 3e38), (0.1 + 0.2, 4095.0)])
def test_a_range_is_read_again_as_it_was_written(ends: tuple[float, float]) -> None:
    values = ValueRange(*ends)
    assert ValueRange.parse(str(values)) == values


def test_rounding_is_small_beside_a_small_range() -> None:
    assert not ValueRange(0.0, 1e-6).contains(-1e-5, 0.0)
    assert ValueRange.UNIT.contains(-5e-5, 1.00005)
    with pytest.raises(ArgumentError, match="--values takes"):
        ValueRange.parse("0-1e999")
