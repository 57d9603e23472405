import numpy as np
import pytest

from autoencode.data.arrays.layout import (
    AxisOrder,
    Channels,
    infer_layout,
    looks_like_alpha,
    parse_axes,
    parse_channels,
    to_model_layout,
)
from autoencode.errors import ArgumentError, DataError, ShapeError


@pytest.mark.parametrize(
    ("shape", "dtype", "order", "data_shape"),
    [
        ((9, 5), "float32", AxisOrder.VECTORS, (5,)),
        ((9, 5, 6), "uint8", AxisOrder.GREY, (1, 5, 6)),
        ((9, 5, 6, 3), "float32", AxisOrder.LAST, (3, 5, 6)),
        ((9, 5, 6, 1), "float32", AxisOrder.LAST, (1, 5, 6)),
        ((9, 5, 6, 4), "uint8", AxisOrder.LAST, (3, 5, 6)),
        ((9, 3, 5, 6), "uint8", AxisOrder.FIRST, (3, 5, 6)),
        ((9, 1, 5, 6), "uint8", AxisOrder.FIRST, (1, 5, 6)),
        ((9, 3, 5, 3), "uint8", AxisOrder.LAST, (3, 3, 5)),
        ((9, 3, 5, 3), "float32", AxisOrder.FIRST, (3, 5, 3)),
        ((9, 3, 5, 4), "uint8", AxisOrder.FIRST, (3, 5, 4)),
        ((9, 32, 32, 8), "float32", AxisOrder.LAST, (8, 32, 32)),
        ((9, 2, 32, 32), "float32", AxisOrder.FIRST, (2, 32, 32)),
        ((9, 4, 32, 32), "float32", AxisOrder.FIRST, (4, 32, 32)),
        ((9, 5, 32, 32), "uint8", AxisOrder.FIRST, (5, 32, 32)),
    ],
)
def test_axes_are_told_apart(shape, dtype, order, data_shape):
    layout = infer_layout(shape, np.dtype(dtype))
    assert layout.order is order
    assert layout.data_shape == data_shape


def test_channels_last_are_moved_first():
    array = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
    examples = to_model_layout(array, infer_layout(array.shape, array.dtype))
    assert examples.shape == (2, 3, 4, 5)
    assert examples[1, 2, 3, 4] == array[1, 3, 4, 2]


def test_a_note_says_which_layout_was_read():
    assert str(infer_layout((9, 5), np.dtype("float32"))) == "read as vectors of 5 numbers"
    assert str(infer_layout((9, 5, 6), np.dtype("uint8"))) == "read as grey pictures of 5x6 (height x width)"
    expected = "read as colour pictures of 5x6 (height x width), channels first (say --axes to decide otherwise)"
    assert str(infer_layout((9, 3, 5, 6), np.dtype("uint8"))) == expected
    assert "pictures of 5x6 (height x width) with 2 bands, channels last" in str(
        infer_layout((9, 5, 6, 2), np.dtype("f4"))
    )


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4, 5, 6)])
def test_other_numbers_of_axes_are_refused(shape):
    with pytest.raises(ShapeError, match=r"holds no examples; expected \(n, d\) vectors, \(n, h, w\) grey pictures"):
        infer_layout(shape, np.dtype("float32"))


@pytest.mark.parametrize("shape", [(9, 6, 6, 6), (9, 6, 5, 6), (9, 8, 8, 9)])
def test_axes_that_could_be_anything_must_be_given(shape):
    with pytest.raises(ShapeError, match=r"which axis of .* is the channels\? Say --axes nchw or --axes nhwc"):
        infer_layout(shape, np.dtype("float32"))
    assert infer_layout(shape, np.dtype("float32"), AxisOrder.FIRST).data_shape == shape[1:]


def test_axes_and_channels_can_be_given():
    dtype = np.dtype("uint8")
    assert infer_layout((9, 3, 5, 3), dtype, parse_axes("nchw")).data_shape == (3, 5, 3)
    four = infer_layout((9, 6, 6, 4), dtype, None, parse_channels("bands"))
    assert (four.data_shape, four.alpha) == ((4, 6, 6), False)
    assert infer_layout((9, 4, 6, 6), dtype, None, parse_channels("rgba")).data_shape == (3, 6, 6)
    assert infer_layout((9, 6, 6, 3), dtype, None, Channels.BANDS).channels is Channels.BANDS


def test_what_is_given_must_fit():
    dtype = np.dtype("uint8")
    with pytest.raises(ShapeError, match=r"--axes nchw names 4 axes, and the array has the shape \(9, 5, 6\)"):
        infer_layout((9, 5, 6), dtype, AxisOrder.FIRST)
    with pytest.raises(ShapeError, match=r"has 5 channels, which are not rgb: say --channels-are bands"):
        infer_layout((9, 5, 6, 6), dtype, None, Channels.RGB)
    with pytest.raises(ArgumentError, match=r"--axes takes auto, nd, nhw, nhwc, nchw .* not 'chw'"):
        parse_axes("chw")
    with pytest.raises(ArgumentError, match=r"--channels-are takes auto, rgb, rgba, bands, not 'hsv'"):
        parse_channels("hsv")


def test_transparency_is_mostly_all_or_nothing():
    rng = np.random.default_rng(0)
    assert looks_like_alpha((rng.random((5, 8, 8)) > 0.5).astype("f4"))
    assert looks_like_alpha(np.full((5, 8, 8), 255, "u1"))
    assert not looks_like_alpha(rng.random((5, 8, 8)))
    assert not looks_like_alpha(rng.integers(0, 256, (5, 8, 8), dtype="u1"))


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (3, 0, 4), (0, 3, 4, 4)])
def test_empty_arrays_are_refused(shape):
    with pytest.raises(DataError, match=r"is empty; expected"):
        infer_layout(shape, np.dtype("float32"))
