"""How the numbers of an array are to be read: decided once, from all of it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.errors import ArgumentError, DataError

Array = npt.NDArray[Any]
_SAY = "(say --values to decide otherwise)"
_ROUNDING = 1e-4  # pictures that were scaled to [0, 1] in 32 or 16 bits overshoot by as much
_CHUNK = 1024


class ValueRange(StrEnum):
    """What the stored numbers mean. The model sees [0, 1], except for `RAW`, which it sees as it is."""

    BYTES = "0-255"
    UNIT = "0-1"
    WORDS = "0-65535"
    RAW = "raw"

    @property
    def top(self) -> int | None:
        """The largest number that can stand there; None where there is no such number."""
        return {ValueRange.BYTES: 255, ValueRange.UNIT: 1, ValueRange.WORDS: 65535}.get(self)


def parse_value_range(name: str) -> ValueRange | None:
    """The member that a person named; None for "auto".

    Raises:
        ArgumentError: no such way to read values.
    """
    if name == "auto":
        return None
    try:
        return ValueRange(name)
    except ValueError:
        raise ArgumentError(f"--values takes auto, {', '.join(ValueRange)}, not {name!r}") from None


def convert_values(array: Array, requested: ValueRange | None, *, pictures: bool) -> tuple[ValueRange, Tensor, str]:
    """Decides how numbers are to be read, and stores them so.

    Args:
        array: all examples, of a whole-number or floating type, (n, ...).
        requested: what a person decided; None to decide from the numbers.
        pictures: whether the examples are pictures; vectors outside [0, 1] are measurements, not brightness.

    Returns:
        The decision; the examples as uint8 (a number means value / 255) or float32 in the model's units; one line that
        says what was decided.

    Raises:
        DataError: NaN or infinity, or numbers outside what was asked for.
    """
    low, high = _extremes(array)
    values = _decided(array, low, high, pictures=pictures) if requested is None else requested
    _check_inside(values, low, high)
    return values, _stored(array, values), _note(array, values, low, high)


def _extremes(array: Array) -> tuple[float, float]:
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        wrong = ~np.isfinite(array)
        first = tuple(int(axis) for axis in np.unravel_index(int(wrong.argmax()), array.shape))
        count = f"{int(wrong.sum()):,} of {array.size:,} values are"
        raise DataError(f"{count} NaN or infinite, the first at index {first}; replace or remove them")
    return float(low), float(high)


def _decided(array: Array, low: float, high: float, *, pictures: bool) -> ValueRange:
    if array.dtype == np.uint8:
        return ValueRange.UNIT if high <= 1 else ValueRange.BYTES
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        return ValueRange.UNIT
    if not pictures or low < 0:
        return ValueRange.RAW
    if high <= 255:
        return ValueRange.BYTES
    return ValueRange.WORDS if array.dtype.kind == "u" and array.dtype.itemsize == 2 else ValueRange.RAW


def _check_inside(values: ValueRange, low: float, high: float) -> None:
    top = values.top
    if top is None or (low >= -_ROUNDING and high <= top * (1 + _ROUNDING)):
        return
    raise DataError(f"values are from {low:g} to {high:g}, outside {values}; say --values {_fitting(low, high)}")


def _fitting(low: float, high: float) -> str:
    fitting = (values for values in ValueRange if values.top is not None and low >= 0 and high <= values.top)
    return str(next(fitting, ValueRange.RAW))


def _stored(array: Array, values: ValueRange) -> Shaped[Tensor, "n *data_shape"]:
    top = values.top
    if values is ValueRange.UNIT and _whole_type(array):
        return as_tensor(array.astype(np.uint8) * np.uint8(255))
    if values is ValueRange.BYTES and _all_whole(array):
        return as_tensor(array.astype(np.uint8, copy=False))
    floats = as_tensor(_as_float32(array))
    return floats if top is None else floats.div_(top).clamp_(0, 1)


def _as_float32(array: Array) -> Array:
    """A copy, because what follows works in place and the array belongs to someone else."""
    with np.errstate(over="ignore"):
        floats = array.astype(np.float32)
    if not np.isfinite(floats.min()) or not np.isfinite(floats.max()):
        raise DataError("values beyond 3e38 do not fit into 32-bit floats; scale them down first")
    return floats


def as_tensor(array: Array) -> Shaped[Tensor, "..."]:
    """A tensor on the same memory where that is possible; PyTorch wants it contiguous and writable."""
    array = np.ascontiguousarray(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def _whole_type(array: Array) -> bool:
    return array.dtype.kind in "bui"


def _all_whole(array: Array) -> bool:
    return _whole_type(array) or all(bool((chunk == np.rint(chunk)).all()) for chunk in _chunks(array))


def _chunks(array: Array) -> Iterator[Array]:
    return (array[start : start + _CHUNK] for start in range(0, len(array), _CHUNK))


def _note(array: Array, values: ValueRange, low: float, high: float) -> str:
    if values is ValueRange.RAW:
        return f"values from {low:g} to {high:g}, kept as they are {_SAY}"
    if values is ValueRange.UNIT and _whole_type(array):
        return f"values 0 and 1 only, read as black and white {_SAY}"
    if values is ValueRange.UNIT:
        return f"values 0-1, kept as they are {_SAY}"
    if values is ValueRange.BYTES and not _all_whole(array):
        return f"values from {low:g} to {high:g}, not whole numbers, read as 0-255 and divided by 255 {_SAY}"
    return f"values {values}, divided by {values.top} {_SAY}"
