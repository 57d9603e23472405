import numpy as np
import pytest

from autoencode.data.arrays.layout import AxisOrder, infer_layout, to_model_layout
from autoencode.errors import DataError, ShapeError


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
    ],
)
def test_axes_are_told_apart(shape, dtype, order, data_shape):
    layout = infer_layout(shape, np.dtype(dtype))
    assert layout.order is order
    assert layout.shape_without_alpha == data_shape


def test_channels_last_are_moved_first():
    array = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
    examples = to_model_layout(array, infer_layout(array.shape, array.dtype))
    assert examples.shape == (2, 3, 4, 5)
    assert examples[1, 2, 3, 4] == array[1, 3, 4, 2]


def test_a_note_says_which_layout_was_read():
    assert str(infer_layout((9, 5), np.dtype("float32"))) == "read as vectors of 5 numbers"
    assert str(infer_layout((9, 5, 6), np.dtype("uint8"))) == "read as grey pictures of 5x6 (height x width)"
    expected = "read as colour pictures of 5x6 (height x width), channels first"
    assert str(infer_layout((9, 3, 5, 6), np.dtype("uint8"))) == expected


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4, 5, 6)])
def test_other_numbers_of_axes_are_refused(shape):
    with pytest.raises(ShapeError, match=r"holds no examples; expected \(n, d\) vectors, \(n, h, w\) grey pictures"):
        infer_layout(shape, np.dtype("float32"))


def test_no_axis_of_channels_is_refused():
    with pytest.raises(ShapeError, match=r"shape \(9, 5, 6, 7\) has no axis of channels; expected .* 1 or 3 channels"):
        infer_layout((9, 5, 6, 7), np.dtype("float32"))


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (3, 0, 4), (0, 3, 4, 4)])
def test_empty_arrays_are_refused(shape):
    with pytest.raises(DataError, match=r"is empty; expected"):
        infer_layout(shape, np.dtype("float32"))
