"""The biorthogonal wavelet transform that JPEG 2000 uses, by steps whose bits IEEE 754 fixes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_LIFTING = (-1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971)
_GAIN = 1.149604398860241
"""With it a change of a coefficient changes the picture by about as much, whatever its band."""
LEVELS = 4


@dataclass(frozen=True)
class Band:
    """A part of the coefficients.

    Args:
        level: 0 for the finest.
        row: 1 where it is of differences of rows, else 0.
        column: 1 where it is of differences of columns, else 0.
    """

    level: int
    row: int
    column: int


def bands(levels: int) -> Iterator[Band]:
    """The bands of differences, from coarse to fine."""
    for level in reversed(range(levels)):
        for row, column in ((0, 1), (1, 0), (1, 1)):
            yield Band(level, row, column)


def levels_of(height: int, width: int) -> int:
    """How often a picture of this size is halved."""
    return max(0, min(LEVELS, min(height, width).bit_length() - 3))


def place_of(band: Band, height: int, width: int) -> tuple[slice, slice]:
    """Where a band lies among the coefficients, of which the coarsest come first."""
    for _ in range(band.level):
        height, width = (height + 1) // 2, (width + 1) // 2
    low = (height + 1) // 2, (width + 1) // 2
    rows = slice(low[0], height) if band.row else slice(0, low[0])
    return rows, slice(low[1], width) if band.column else slice(0, low[1])


def transform(planes: Floats, levels: int) -> Floats:
    """The coefficients of planes, (…, height, width) as well."""
    out = planes.copy()
    height, width = planes.shape[-2:]
    for _ in range(levels):
        part = out[..., :height, :width]
        part[...] = _forward(_forward(part).swapaxes(-1, -2)).swapaxes(-1, -2)
        height, width = (height + 1) // 2, (width + 1) // 2
    return out


def inverse(coefficients: Floats, levels: int) -> Floats:
    """The planes of coefficients."""
    out = coefficients.copy()
    sizes = [coefficients.shape[-2:]]
    for _ in range(levels - 1):
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    for height, width in reversed(sizes[:levels]):
        part = out[..., :height, :width]
        part[...] = _backward(_backward(part.swapaxes(-1, -2)).swapaxes(-1, -2))
    return out


def _forward(x: Floats) -> Floats:
    """Along the last axis but one: sums, then differences."""
    even, odd = x[..., 0::2, :].copy(), x[..., 1::2, :].copy()
    for number, factor in enumerate(_LIFTING):
        if number % 2 == 0:
            odd += factor * _pairs(even, odd.shape[-2])
        else:
            even += factor * _pairs_before(odd, even.shape[-2])
    return np.concatenate([even * _GAIN, odd / _GAIN], -2)


def _backward(y: Floats) -> Floats:
    half = (y.shape[-2] + 1) // 2
    even, odd = y[..., :half, :] / _GAIN, y[..., half:, :] * _GAIN
    for number in reversed(range(len(_LIFTING))):
        if number % 2 == 0:
            odd -= _LIFTING[number] * _pairs(even, odd.shape[-2])
        else:
            even -= _LIFTING[number] * _pairs_before(odd, even.shape[-2])
    x = np.empty_like(y)
    x[..., 0::2, :], x[..., 1::2, :] = even, odd
    return x


def _pairs(even: Floats, count: int) -> Floats:
    """The sum of the neighbours of each odd place; the last one's missing neighbour mirrors the other."""
    after = even[..., 1 : count + 1, :]
    if after.shape[-2] < count:
        after = np.concatenate([after, even[..., -1:, :]], -2)
    return even[..., :count, :] + after


def _pairs_before(odd: Floats, count: int) -> Floats:
    """The sum of the neighbours of each even place."""
    before = np.concatenate([odd[..., :1, :], odd], -2)[..., :count, :]
    after = odd if odd.shape[-2] == count else np.concatenate([odd, odd[..., -1:, :]], -2)
    return before + after
