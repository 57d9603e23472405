"""Distributions of whole numbers around a prediction, from narrow to wide, as tables of frequencies."""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.compression.exact_functions import as_floats, sigmoid
from autoencode.compression.photographs.lanes import PRECISION, Integers, LaneDecoder, LaneEncoder, Tables

STEPS_PER_OCTAVE = 3
SMALLEST = -5
"""log₂ of the smallest scale."""
SCALES = 36
"""From 2⁻⁵ to 2^6.7."""
TAILS = (0.01, 0.034, 0.117, 0.4)
"""Shares of the wide one of two logistic distributions."""
TAIL_WIDTH = 3.0
PHASES = 8
"""A prediction is known to an eighth."""
_ROOTS = (1.0, 1.2599210498948732, 1.5874010519681994)
"""2 to the power of thirds, as numbers: a library's power may have other bits elsewhere."""
_MOST = 320
_ESCAPE_BITS = 11
"""An escaped value is from −2¹¹ to 2¹¹ − 1, and takes two symbols of 6 bits."""
_RAW_BITS = 6
RAW_BITS = _ESCAPE_BITS + 1
"""Bits of a value without a distribution."""


def scale_of(step: int) -> float:
    """The scale of a step of the ladder, that of the narrow one of the two distributions."""
    octaves, rest = divmod(step, STEPS_PER_OCTAVE)
    return 2.0 ** (SMALLEST + octaves) * _ROOTS[rest]


class Ladder:
    """Residuals of predictions, whose distributions are mixtures of two logistic ones.

    A residual beyond a table's range is an escape, and its value comes after the others of its pass.
    """

    def __init__(self) -> None:
        phases = np.array([_phases(scale_of(step)) for step in range(SCALES)])
        reach = np.array([_reach(scale_of(step)) for step in range(SCALES)])
        self._phase_shift = np.array([(PHASES // int(count)).bit_length() - 1 for count in phases])
        per_step = phases * len(TAILS)
        self._first = np.concatenate([[0], np.cumsum(per_step)[:-1]])
        rows, reaches = list[npt.NDArray[np.int64]](), list[int]()
        for step in range(SCALES):
            for tail in TAILS:
                for phase in range(phases[step]):
                    rows.append(_frequencies(scale_of(step), tail, phase / phases[step], int(reach[step])))
                    reaches.append(int(reach[step]))
        width = 2 * _MOST + 4
        cumulative = np.full((len(rows) + 1, width + 1), 1 << PRECISION, np.int64)
        for number, row in enumerate(rows):
            cumulative[number, : len(row) + 1] = np.concatenate([[0], np.cumsum(row)])
        cumulative[-1, : (1 << _RAW_BITS) + 1] = np.arange((1 << _RAW_BITS) + 1) << (PRECISION - _RAW_BITS)
        self._uniform = len(rows)
        self._reach, self.tables = np.array(reaches), Tables(cumulative)
        self._steps_phases = phases

    def place(self, prediction: Integers, step: Integers, tail: Integers) -> tuple[Integers, Integers]:
        """The whole number that each residual counts from, and the number of its table.

        Args:
            prediction: in units of 1 / `PHASES`.
            step: of the ladder.
            tail: number of a share of `TAILS`.
        """
        shift = self._phase_shift[step]
        phases = self._steps_phases[step]
        rounded = (prediction + ((1 << shift) >> 1)) >> shift
        whole = rounded // phases
        return whole, self._first[step] + tail * phases + (rounded - whole * phases)

    def push(self, encoder: LaneEncoder, residuals: Integers, which: Integers) -> None:
        """Pushes the residuals of a pass."""
        reach = self._reach[which]
        outside = np.abs(residuals) > reach
        escaped = residuals[outside]
        if len(escaped):
            self.push_raw(encoder, escaped)
        symbols = np.where(outside, 2 * reach + 1, residuals + reach)
        encoder.push(*self.tables.interval(which, symbols))

    def pop(self, decoder: LaneDecoder, which: Integers) -> Integers:
        """The residuals of a pass."""
        reach = self._reach[which]
        symbols = decoder.pop(self.tables, which)
        residuals = symbols - reach
        outside = np.flatnonzero(symbols == 2 * reach + 1)
        if len(outside):
            residuals[outside] = self.pop_raw(decoder, len(outside))
        return residuals

    def push_raw(self, encoder: LaneEncoder, values: Integers) -> None:
        """Pushes values without a distribution."""
        shifted = values + (1 << _ESCAPE_BITS)
        uniform = np.full(len(values), self._uniform)
        encoder.push(*self.tables.interval(uniform, shifted & (1 << _RAW_BITS) - 1))
        encoder.push(*self.tables.interval(uniform, shifted >> _RAW_BITS))

    def pop_raw(self, decoder: LaneDecoder, count: int) -> Integers:
        """Values that were pushed without a distribution."""
        uniform = np.full(count, self._uniform)
        high = decoder.pop(self.tables, uniform)
        return (high << _RAW_BITS) + decoder.pop(self.tables, uniform) - (1 << _ESCAPE_BITS)

    def bits(self, residuals: Integers, which: Integers) -> npt.NDArray[Any]:
        """What each residual takes."""
        reach = self._reach[which]
        outside = np.abs(residuals) > reach
        _, width = self.tables.interval(which, np.where(outside, 2 * reach + 1, residuals + reach))
        return PRECISION - np.log2(width) + RAW_BITS * outside


def _phases(scale: float) -> int:
    return PHASES if scale < 1.5 else 4 if scale < 4 else 1


def _reach(scale: float) -> int:
    return int(min(_MOST, np.ceil(24 * scale) + 3))


def _frequencies(scale: float, tail: float, middle: float, reach: int) -> Integers:
    """Of −reach, …, reach and the escape, at least 1 each."""
    edges = np.arange(-reach, reach + 2, dtype=np.float64) - (0.5 + middle)
    below = (1 - tail) * sigmoid(as_floats(edges / scale)) + tail * sigmoid(as_floats(edges / (TAIL_WIDTH * scale)))
    room = (1 << PRECISION) - (2 * reach + 2)
    places = np.floor(below * room).astype(np.int64)
    inside = np.diff(places) + 1
    return np.append(inside, (1 << PRECISION) - inside.sum())


@functools.cache
def ladder() -> Ladder:
    """The one ladder."""
    return Ladder()
