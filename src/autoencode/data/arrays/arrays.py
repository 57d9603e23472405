"""Examples from an array in memory, or in a file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from torch import Tensor

from autoencode.data.arrays.layout import Layout, infer_layout, to_model_layout
from autoencode.data.arrays.npy import map_npy
from autoencode.data.examples import Examples
from autoencode.data.images.formats import composite_on_white
from autoencode.data.values import Array, ValueRange, convert_values
from autoencode.errors import DataError

_NUMBERS = "buif"


def read_array(array: Array, requested: ValueRange | None = None) -> Examples:
    """Reads an array of vectors or pictures.

    Args:
        array: of any whole-number or floating type, in one of the layouts that `infer_layout` knows.
        requested: how its numbers are to be read; None to decide from all of them.

    Returns:
        The examples, without labels.

    Raises:
        DataError: other types, NaN or infinity, or numbers outside what was asked for.
        ShapeError: no layout that is known.
    """
    check_real_dtype(array.dtype)
    layout = infer_layout(array.shape, array.dtype)
    values, x, note = convert_values(to_model_layout(array, layout), requested, pictures=layout.pictures)
    return Examples(
        x=_without_alpha(x, layout, values),
        values=values,
        notes=(str(layout), note, *(("transparency is laid on white",) if layout.alpha else ())),
        options={"values": str(values), "size": None, "colour": "auto"},
    )


def array_shape(path: Path) -> tuple[int, ...]:
    """(n, *data_shape) of the examples in a .npy file, of which no more than the header is read.

    Raises:
        DataError: damaged, or of other types than numbers.
        ShapeError: no layout that is known.
    """
    array = map_npy(path)
    check_real_dtype(array.dtype)
    return len(array), *infer_layout(array.shape, array.dtype).shape_without_alpha


def iter_array_chunks(path: Path, values: ValueRange, chunk_size: int) -> Iterator[Tensor]:
    """The examples of a .npy file as `read_array` gives them, a chunk_size at a time; all of them are checked first.

    Args:
        path: where it lies; it may be larger than the memory.
        values: how its numbers are to be read.
        chunk_size: the most examples at a time.

    Raises:
        DataError: damaged, of other types, NaN or infinity, or numbers outside what was asked for.
        ShapeError: no layout that is known.
    """
    array = map_npy(path)
    starts = range(0, len(array), chunk_size)
    for start in starts:
        read_array(array[start : start + chunk_size], values)
    for start in starts:
        yield read_array(array[start : start + chunk_size], values).x


def check_real_dtype(dtype: np.dtype) -> None:
    """Refuses types that hold no real numbers.

    Raises:
        DataError: complex numbers, words, dates, objects.
    """
    if dtype.kind not in _NUMBERS:
        raise DataError(f"an array of type {dtype} holds no real numbers; expected whole or floating numbers")


def tensor_to_array(tensor: Tensor) -> Array:
    """A tensor's numbers for NumPy, from any device.

    Raises:
        DataError: a tensor whose numbers do not lie in memory one by one, such as a sparse one.
    """
    try:
        tensor = tensor.detach().cpu()
        return tensor.float().numpy() if tensor.is_floating_point() else tensor.numpy()
    except (TypeError, RuntimeError) as error:  # NotImplementedError is a RuntimeError
        raise DataError(f"a tensor of {tensor.layout} and {tensor.dtype} cannot be read; make it dense") from error


def _without_alpha(x: Tensor, layout: Layout, values: ValueRange) -> Tensor:
    if not layout.alpha:
        return x
    if values is ValueRange.RAW:
        raise DataError("pictures with an alpha channel need values in 0-1 or 0-255; say --values, or drop the channel")
    return composite_on_white(x)
