"""Predictions that are sums of neighbours with whole weights, and how far they may be off."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoencode.compression.photographs.ladder import PHASES
from autoencode.compression.photographs.passes import Grid, Pass, Plane

WEIGHT_BITS = 10
_AROUND_BITS = 2
NEAREST = 4
_OWN = 12
BINS_PER_OCTAVE = 4
BINS = 64


def differences(grid: Grid, step: Pass, channel: int) -> Iterator[Plane]:
    """What a linear prediction is made of: first the mean of the four nearest, in units of a quarter.

    Then, in the same units, how far each neighbour is from it, and how far the channels before, which are known at the
    pixel itself, are from theirs.
    """
    base = nearest_sum(grid, step, channel)
    yield base
    for offset in step.known[:_OWN]:
        yield (grid.at(channel, step, offset) << 2) - base
    for other in range(channel):
        yield (grid.at(other, step) << 2) - nearest_sum(grid, step, other)


def nearest_sum(grid: Grid, step: Pass, channel: int) -> Plane:
    """The sum of the four nearest."""
    first, *others = (grid.at(channel, step, offset) for offset in step.known[:NEAREST])
    total = first.copy()
    for other in others:
        total += other
    return total


@dataclass(frozen=True, eq=False)
class Linear:
    """A prediction and its likely error for the pixels of a pass in a channel.

    Args:
        weights: of the differences, in units of 2⁻¹⁰, int32.
        activity: of their absolute values, in units of 2⁻⁶, int32.
    """

    weights: npt.NDArray[np.int32]
    activity: npt.NDArray[np.int32]

    def apply(self, grid: Grid, step: Pass, channel: int) -> tuple[Plane, Plane]:
        """Predictions in units of 1 / `PHASES`, and how much goes on around, in units of 2⁻⁸."""
        parts = differences(grid, step, channel)
        base = next(parts)
        total, around = np.zeros_like(base), np.zeros_like(base)
        for part, weight, share in zip(parts, self.weights.tolist(), self.activity.tolist(), strict=True):
            total += part * weight
            if share:
                around += np.abs(part) * share
        shift = WEIGHT_BITS + 2 - PHASES.bit_length() + 1
        return (base * (PHASES // 4)) + ((total + (1 << shift >> 1)) >> shift), around


def bins_of(around: Plane) -> npt.NDArray[np.int32]:
    """Four times log₂ of what goes on around in units of 2⁻⁶, from 0 to `BINS` − 1."""
    return _BINS_OF[np.minimum(around >> _AROUND_BITS, len(_BINS_OF) - 1)]


def _make_bins() -> npt.NDArray[np.int32]:
    """By comparing fourth powers of whole numbers, which is exact."""
    table, bin_, limit = np.zeros(1 << 15, np.int32), 0, [2**power for power in range(0, 62)]
    for value in range(1, len(table)):
        while bin_ + 1 < len(limit) and value**BINS_PER_OCTAVE >= limit[bin_ + 1]:
            bin_ += 1
        table[value] = min(bin_ + 1, BINS - 1)
    return table


_BINS_OF = _make_bins()
