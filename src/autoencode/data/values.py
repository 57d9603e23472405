"""What the stored numbers mean: decided once, from all of them, and applied to new ones in the same way."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.standardisation import MAX_COLUMNS
from autoencode.errors import ArgumentError, DataError

Array = npt.NDArray[Any]
_SAY = "(say --values to decide otherwise)"
_ROUNDING = 1e-4  # pictures that were scaled to [0, 1] in 32 or 16 bits exceed it by as much
_CHUNK = 1024
_DARK = 4
"""Pictures whose largest number is a fourth of white or less get a note."""
_NUMBER = r"(-?\d{1,20}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?)"
_RANGE = re.compile(rf"{_NUMBER}(?:-|\.\.){_NUMBER}", re.ASCII)
_MOST_DIGITS = 1e15
"""Longer whole numbers are written with an exponent."""


@dataclass(frozen=True)
class ValueRange:
    """Which stored number is black and which is white. The model sees 0 and 1 in their place.

    Args:
        low: the number that becomes 0; None for numbers that are no brightness, which the model sees as they are.
        high: the number that becomes 1; None as above.
        standardised: for numbers that are no brightness: the model sees each column of vectors with mean 0 and standard
            deviation 1.

    Example:
        >>> str(ValueRange(0.0, 4095.0)), str(ValueRange(-1000.0, 3000.0)), str(ValueRange.RAW)
        ('0-4095', '-1000..3000', 'raw')
    """

    low: float | None
    high: float | None
    standardised: bool = False

    BYTES: ClassVar["ValueRange"]
    UNIT: ClassVar["ValueRange"]
    WORDS: ClassVar["ValueRange"]
    RAW: ClassVar["ValueRange"]
    STANDARDISED: ClassVar["ValueRange"]

    @classmethod
    def parse(cls, text: str) -> "ValueRange":
        """The range that a person named, such as 0-255, 0-4095, -1..1, raw or standardised.

        Raises:
            ArgumentError: anything else, or a range that does not rise.
        """
        if (words := {"raw": cls.RAW, "standardised": cls.STANDARDISED}.get(text)) is not None:
            return words
        found = _RANGE.fullmatch(text.strip())
        if found is None or not float(found[1]) < float(found[2]) < math.inf:
            raise ArgumentError(
                "--values takes auto, raw, standardised, or what is black and white: 0-1, 0-255, 0-4095, 0-65535, "
                f"-1..1 and the like, not {text!r}"
            )
        return cls(float(found[1]), float(found[2]))

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return "standardised" if self.standardised else "raw"
        return f"0-{_plain(self.high)}" if self.low == 0 else f"{_plain(self.low)}..{_plain(self.high)}"

    def contains(self, low: float, high: float) -> bool:
        """Whether numbers from `low` to `high` are inside, but for rounding."""
        if self.low is None or self.high is None:
            return True
        span = self.high - self.low
        return low >= self.low - _ROUNDING * min(1.0, span) and high <= self.high + _ROUNDING * span


ValueRange.BYTES = ValueRange(0.0, 255.0)
ValueRange.UNIT = ValueRange(0.0, 1.0)
ValueRange.WORDS = ValueRange(0.0, 65535.0)
ValueRange.RAW = ValueRange(None, None)
ValueRange.STANDARDISED = ValueRange(None, None, standardised=True)
_USUAL = (ValueRange.BYTES, ValueRange.UNIT, ValueRange.WORDS)


def parse_value_range(name: str) -> ValueRange | None:
    """The range that a person named; None for "auto".

    Raises:
        ArgumentError: no range.
    """
    return None if name == "auto" else ValueRange.parse(name)


class ConvertedValues(NamedTuple):
    """Numbers as they are stored from here on.

    Args:
        values: what the numbers of the source mean.
        x: the examples as uint8 (a number means value / 255) or float32 in the model's units; numbers that will be
            standardised as float32 or float64 in their own units.
        note: one line that says what was decided.
    """

    values: ValueRange
    x: Tensor
    note: str


def convert_values(
    array: Array, requested: ValueRange | None, *, pictures: bool, owned: bool = False
) -> ConvertedValues:
    """Decides what numbers mean, and stores them so.

    Args:
        array: all examples, of a whole-number or floating type, (n, ...).
        requested: what a person decided; None to decide from the numbers.
        pictures: whether the examples are pictures; vectors outside [0, 1] are measurements, not brightness.
        owned: whether the memory of `array` may be reused.

    Raises:
        DataError: NaN or infinity, or numbers outside the requested range.
    """
    low, high = extremes(array)
    values = guess_values(array.dtype, low, high, pictures=pictures) if requested is None else requested
    if requested is None and values.standardised and array.shape[1] > MAX_COLUMNS:
        values = ValueRange.RAW
    if values.standardised and pictures:
        raise ArgumentError("--values standardised is for vectors, and these are pictures: leave it out, or say raw")
    if not values.contains(low, high):
        fitting = _smallest_range(low, high) if pictures else "auto"
        raise DataError(f"values are from {low:g} to {high:g}, outside {values}; say --values {fitting}")
    return ConvertedValues(values, _stored(array, values, owned=owned), _note(array, values, low, high))


def extremes(array: Array) -> tuple[float, float]:
    """The smallest and the largest number.

    Raises:
        DataError: NaN or infinity.
    """
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        wrong = ~np.isfinite(array)
        first = tuple(int(axis) for axis in np.unravel_index(int(wrong.argmax()), array.shape))
        count = f"{int(wrong.sum()):,} of {array.size:,} values are"
        raise DataError(f"{count} NaN or infinite, the first at index {first}; replace or remove them")
    return float(low), float(high)


def guess_values(dtype: np.dtype, low: float, high: float, *, pictures: bool) -> ValueRange:
    """What numbers from `low` to `high` most likely mean.

    Args:
        dtype: of the array that holds them.
        low: the smallest.
        high: the largest.
        pictures: whether the examples are pictures; vectors outside [0, 1] are standardised.
    """
    if dtype == np.uint8:
        return ValueRange.UNIT if high <= 1 else ValueRange.BYTES
    if ValueRange.UNIT.contains(low, high):
        return ValueRange.UNIT
    if not pictures:
        return ValueRange.STANDARDISED
    if low < 0:
        return ValueRange.RAW
    if high <= 255:
        return ValueRange.BYTES
    return ValueRange.WORDS if dtype.kind == "u" and dtype.itemsize == 2 else ValueRange.RAW


class TrainedValues(NamedTuple):
    """What the numbers of a model's training data meant.

    Args:
        values: as they were read.
        extremes: the smallest and the largest number that the model was trained on, in its own units.
        pictures: whether the examples are pictures.
    """

    values: ValueRange
    extremes: tuple[float, float]
    pictures: bool


def values_of_new(trained: TrainedValues, dtype: np.dtype, low: float, high: float) -> tuple[ValueRange, str | None]:
    """What the numbers of new examples mean for a trained model, from themselves and not from its data alone.

    Args:
        trained: what they meant in training.
        dtype: of the new array.
        low: its smallest number.
        high: its largest.

    Returns:
        How to read them, and a line to show where that is not what the training did.

    Raises:
        DataError: they fit neither the range of training nor another one.
    """
    if trained.values.high is None:
        return trained.values, None if trained.values.standardised else other_scale(trained.extremes, low, high)
    own = guess_values(dtype, low, high, pictures=trained.pictures)
    inside = trained.values.contains(low, high)
    white = trained.values.high or 1
    unit = inside and dtype.kind == "f" and own == ValueRange.UNIT and white > 1
    bytes_ = inside and dtype == np.uint8 and white > 255
    if inside and not unit and not bytes_:
        return trained.values, None
    found = ValueRange.BYTES if bytes_ else own
    if found.high is None:
        raise DataError(
            f"values from {low:g} to {high:g} do not fit the {trained.values} of the training data: scale them, or "
            "say what is black and white with --values"
        )
    return found, f"values from {low:g} to {high:g}, read as {found}; the training data were {trained.values} {_SAY}"


def other_scale(trained: tuple[float, float], low: float, high: float) -> str | None:
    """A line about numbers that are far from those of training, which are taken as they are; None where none is due.

    Args:
        trained: the smallest and the largest number of the training part, in the model's units.
        low: the smallest number now, in the same units.
        high: the largest.
    """
    span = trained[1] - trained[0]
    far = low < trained[0] - span / 2 or high > trained[1] + span / 2
    if not far and (high - low >= span / 100 or high == low):
        return None
    return (
        f"values from {low:g} to {high:g}, where the model was trained on {trained[0]:g} to {trained[1]:g}: they are "
        "taken as they are, so check that both have the same unit"
    )


def _smallest_range(low: float, high: float) -> ValueRange:
    """The smallest usual range that holds the numbers; those of measurements otherwise."""
    fitting = [values for values in _USUAL if values.contains(low, high) and low >= 0]
    return min(fitting, key=lambda values: values.high or 0, default=ValueRange.RAW)


def _stored(array: Array, values: ValueRange, *, owned: bool) -> Shaped[Tensor, "n *data_shape"]:
    if values == ValueRange.UNIT and _is_whole_type(array):
        return as_tensor(array.astype(np.uint8) * np.uint8(255))
    if values == ValueRange.BYTES and _is_whole(array):
        return as_tensor(array.astype(np.uint8, copy=False))
    if values.standardised and array.dtype.itemsize > 2 and array.dtype != np.float32:
        return as_tensor(_cast(array, np.float64, copy=not owned))
    floats = as_tensor(_as_float32(array, copy=not owned))
    if values.low is None or values.high is None:
        return floats
    if values.low == 0:
        return floats.div_(values.high).clamp_(0, 1)
    return floats.sub_(values.low).div_(values.high - values.low).clamp_(0, 1)


def _as_float32(array: Array, *, copy: bool) -> Array:
    """A copy unless the array may be reused, because what follows works in place."""
    floats = _cast(array, np.float32, copy=copy)
    if not np.isfinite(floats.min()) or not np.isfinite(floats.max()):
        raise DataError("values beyond 3e38 do not fit into 32-bit floats; scale them down first")
    return floats


def _cast(array: Array, kind: type[np.floating[Any]], *, copy: bool) -> Array:
    """The array as other floats; what is too large for them becomes infinite without a warning."""
    with np.errstate(over="ignore"):
        return array.astype(kind, copy=copy)


def as_tensor(array: Array) -> Shaped[Tensor, "..."]:
    """A tensor on the same memory where that is possible; PyTorch needs it contiguous and writable."""
    array = np.ascontiguousarray(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def _is_whole_type(array: Array) -> bool:
    return array.dtype.kind in "bui"


def _is_whole(array: Array) -> bool:
    """Whether all numbers are whole, whatever their type."""
    return _is_whole_type(array) or all(bool((chunk == np.rint(chunk)).all()) for chunk in _chunks(array))


def _chunks(array: Array) -> Iterator[Array]:
    return (array[start : start + _CHUNK] for start in range(0, len(array), _CHUNK))


def _note(array: Array, values: ValueRange, low: float, high: float) -> str:
    if values == ValueRange.RAW:
        return f"values from {low:g} to {high:g}, kept as they are {_SAY}"
    if values.standardised:
        bytes_ = low >= 0 and 1 < high <= 255 and _is_whole(array)
        brightness = ", --values 0-255 if they are brightness" if bytes_ else ""
        return (
            f"values from {low:g} to {high:g}, standardised: each column minus its mean, divided by its standard "
            f"deviation, both of the training part (say --values raw to keep them as they are{brightness})"
        )
    if values == ValueRange.UNIT and _is_whole_type(array):
        return f"values 0 and 1 only, read as black and white {_SAY}"
    if values == ValueRange.UNIT:
        return f"values 0-1, kept as they are {_SAY}"
    if values == ValueRange.BYTES and not _is_whole(array):
        return f"values from {low:g} to {high:g}, not whole numbers, read as 0-255 and divided by 255 {_SAY}"
    if values.low != 0:
        return f"values {values}, scaled to 0-1 {_SAY}"
    found = dark_note(values, high)
    return f"values {values}, divided by {_plain(values.high or 1)} {found or _SAY}"


def dark_note(values: ValueRange, high: float) -> str:
    """What to say where no number comes near white, as of 12 bits stored in 16; "" otherwise."""
    white = values.high or 0
    if not 0 < high <= white / _DARK:
        return ""
    likely = 2 ** math.ceil(math.log2(high + 1)) - 1 if high > 1 else 1
    return f"but the largest is {_plain(high)} (--values 0-{likely} makes {likely} white)"


def _plain(number: float) -> str:
    """A number without a fraction where it is whole, and with an exponent where it would be long."""
    return str(int(number)) if float(number).is_integer() and abs(number) < _MOST_DIGITS else repr(float(number))
