"""Whole numbers of the wavelet coefficients of pictures, and what is known around each."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.compression.photographs.lanes import Integers
from autoencode.compression.photographs.wavelet import Band, bands, levels_of, place_of

Values = npt.NDArray[Any]
"""Whole numbers, or floats before they are rounded."""
PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))
_ACROSS = ((0, -1), (0, 1), (-1, 0), (1, 0))
_DIAGONAL = ((-1, -1), (-1, 1), (1, -1), (1, 1))
_BEFORE = ((), _DIAGONAL, _ACROSS, (*_ACROSS, *_DIAGONAL))
"""Neighbours in a band that are known when pixels of a phase are coded, (row, column) from each."""
_MODELLED_LEVELS = 3
_KINDS = ((0, 1), (1, 0), (1, 1))
Key = tuple[int, int, int, int]
"""Level, channel, kind of band and phase, as far as the model tells them apart."""


@dataclass(frozen=True)
class Step:
    """Coefficients that are coded together.

    Args:
        key: by which the model knows them.
        channel: of the pictures.
        band: of the transform.
        phase: number in `PHASES`.
    """

    key: Key
    channel: int
    band: Band
    phase: int


@dataclass(frozen=True, eq=False)
class _Level:
    """How the bands of a level lie in memory: those of all pictures in one row, with a border of 1 around each.

    Args:
        width: from a coefficient to the one below it.
        tops: of each picture, the place of its first coefficient.
        size: of the whole row.
    """

    width: int
    tops: Integers
    size: int


class Layout:
    """Where the coefficients of pictures of any sizes lie, so that they are coded in lockstep.

    Args:
        shapes: (height, width, …) of each.
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.sizes = [(int(shape[0]), int(shape[1])) for shape in shapes]
        self.levels = [levels_of(*size) for size in self.sizes]
        self._of_level = [self._make_level(level) for level in range(max(self.levels))]
        self._places = dict[tuple[object, ...], Integers]()

    def _make_level(self, level: int) -> _Level:
        sizes = [_low(size, level + 1) for size in self.sizes]
        width = max(columns for _, columns in sizes) + 2
        heights = np.array([rows + 2 for rows, _ in sizes])
        ends = np.cumsum(heights)
        return _Level(width, (ends - heights + 1) * width + 1, int(ends[-1]) * width)

    def steps(self, channels: int) -> Iterator[Step]:
        """What is coded together, from coarse to fine."""
        for band in bands(max(self.levels)):
            kind = 2 if band.row and band.column else band.row
            for channel, phase in product(range(channels), range(len(PHASES))):
                yield Step((min(band.level, _MODELLED_LEVELS - 1), min(channel, 1), kind, phase), channel, band, phase)

    def width(self, band: Band) -> int:
        """From a coefficient to the one below it."""
        return self._of_level[band.level].width

    def pixels(self, band: Band, phase: int) -> Integers:
        """Places of the coefficients of a phase."""

        def places(size: tuple[int, int]) -> tuple[Integers, Integers]:
            (rows, columns), (row, column) = _size_of(band, size), PHASES[phase]
            return np.arange(row, rows, 2)[:, None], np.arange(column, columns, 2)

        return self._cached(("pixels", band, phase), band, band.level, places)

    def parents(self, band: Band, phase: int) -> Integers:
        """Places, in the next coarser band, of what lies over the coefficients of a phase."""
        above = Band(band.level + 1, band.row, band.column)

        def places(size: tuple[int, int]) -> tuple[Integers, Integers]:
            (rows, columns), (row, column) = _size_of(band, size), PHASES[phase]
            most = (side - 1 for side in _size_of(above, size))
            y, x = np.arange(row, rows, 2) // 2, np.arange(column, columns, 2) // 2
            return np.minimum(y, next(most))[:, None], np.minimum(x, next(most))

        return self._cached(("parents", band, phase), band, above.level, places)

    def edges(self, band: Band) -> tuple[Integers, Integers]:
        """Places around each picture's part of a band, and the nearest coefficients."""
        border = functools.partial(_border, band)
        beyond = self._cached(("beyond", band), band, band.level, lambda size: border(size)[0])
        return beyond, self._cached(("nearest", band), band, band.level, lambda size: border(size)[1])

    def _cached(
        self,
        name: tuple[object, ...],
        band: Band,
        level: int,
        places: Callable[[tuple[int, int]], tuple[Integers, Integers]],
    ) -> Integers:
        if name not in self._places:
            self._places[name] = self._all(band, self._of_level[level], places)
        return self._places[name]

    def _all(
        self, band: Band, level: _Level, places: Callable[[tuple[int, int]], tuple[Integers, Integers]]
    ) -> Integers:
        """Places of all pictures that have a band, from the rows and columns of one; those of a size share the work."""
        tops = defaultdict[tuple[int, int], list[int]](list)
        for size, levels, top in zip(self.sizes, self.levels, level.tops.tolist(), strict=True):
            if band.level < levels:
                tops[size].append(top)
        own = {size: places(size) for size in tops}
        found = [np.add.outer(tops[size], y * level.width + x).reshape(-1) for size, (y, x) in own.items()]
        return np.concatenate([*found, np.zeros(0, np.int64)])

    def take(self, packed: dict[Band, Values], step: Step) -> Values:
        """The coefficients of a step, (coefficients,), of bands as `pack` gives them."""
        return packed[step.band][step.channel].take(self.pixels(step.band, step.phase))

    def pack(self, pictures: Sequence[Values]) -> dict[Band, Values]:
        """The bands of pictures, (channels, places) each, with zeros around.

        Args:
            pictures: coefficients as `transform` gives them, (channels, height, width) each.
        """
        first = pictures[0]
        packed = {
            band: np.zeros((len(first), self._of_level[band.level].size), first.dtype)
            for band in bands(max(self.levels))
        }
        for own, place in self._pairs(pictures, packed):
            place[...] = own
        return packed

    def unpack(self, packed: dict[Band, Values], pictures: Sequence[Values]) -> None:
        """Writes bands into coefficients of pictures."""
        for own, place in self._pairs(pictures, packed):
            own[...] = place

    def _pairs(self, pictures: Sequence[Values], packed: dict[Band, Values]) -> Iterator[tuple[Values, Values]]:
        for number, (values, size, levels) in enumerate(zip(pictures, self.sizes, self.levels, strict=True)):
            for band in bands(levels):
                own, level = values[:, *place_of(band, *size)], self._of_level[band.level]
                start = int(level.tops[number])
                row, column = divmod(start, level.width)
                rows = packed[band].reshape(len(values), -1, level.width)
                yield own, rows[:, row : row + own.shape[1], column : column + own.shape[2]]


def _low(size: tuple[int, int], level: int) -> tuple[int, int]:
    height, width = size
    for _ in range(level):
        height, width = (height + 1) // 2, (width + 1) // 2
    return height, width


def _size_of(band: Band, size: tuple[int, int]) -> tuple[int, int]:
    (height, width), (rows, columns) = _low(size, band.level), _low(size, band.level + 1)
    return height - rows if band.row else rows, width - columns if band.column else columns


def _border(band: Band, size: tuple[int, int]) -> tuple[tuple[Integers, Integers], tuple[Integers, Integers]]:
    rows, columns = _size_of(band, size)
    y, x = np.mgrid[-1 : rows + 1, -1 : columns + 1]
    beyond = (y < 0) | (y >= rows) | (x < 0) | (x >= columns)
    y, x = y[beyond], x[beyond]
    return (y, x), (np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1))


class Coefficients:
    """Whole numbers of the coefficients of pictures, of which more and more are known.

    Args:
        layout: where they lie.
        values: (channels, places) of each band.
    """

    def __init__(self, layout: Layout, values: dict[Band, Values]) -> None:
        self.layout, self.values = layout, values
        self._sizes = {band: np.abs(packed) for band, packed in values.items()}
        self._edged = dict[tuple[int, Band], Integers]()

    def put(self, step: Step, values: Integers) -> None:
        """Writes the coefficients of a step, which are known from now on."""
        places = self.layout.pixels(step.band, step.phase)
        self.values[step.band][step.channel, places] = values
        self._sizes[step.band][step.channel, places] = np.abs(values)

    def around(self, step: Step) -> Iterator[Integers]:
        """Absolute values that are known around the coefficients of a step, times four."""
        band, channel, width = step.band, step.channel, self.layout.width(step.band)
        places = self.layout.pixels(band, step.phase)
        own, none = self._sizes[band], np.zeros(len(places), np.int32)
        for dy, dx in _BEFORE[step.phase]:
            yield own[channel].take(places + (dy * width + dx)) << 2
        yield from self._above(step, none)
        for other in ((0, 1), (1, 0)):
            known = other < (band.row, band.column)
            yield self._with_edges(channel, Band(band.level, *other)).take(places) << 2 if known else none
        for before in range(2):
            yield _near(own[before], places, width) if before < channel else none

    def _above(self, step: Step, none: Integers) -> Iterator[Integers]:
        """Of the next coarser band, which a picture may not have."""
        band, layout = step.band, self.layout
        above = Band(band.level + 1, band.row, band.column)
        if above.level >= max(layout.levels):
            yield from (none, none)
            return
        places, width = layout.parents(band, step.phase), layout.width(above)
        parent = self._with_edges(step.channel, above)
        yield parent.take(places) << 2
        yield _sum_across(parent, places, width)

    def _with_edges(self, channel: int, band: Band) -> Integers:
        """Absolute values of a band that is known, continued beyond its edges."""
        if (channel, band) not in self._edged:
            edged, (beyond, nearest) = self._sizes[band][channel].copy(), self.layout.edges(band)
            edged[beyond] = edged[nearest]
            self._edged[channel, band] = edged
        return self._edged[channel, band]


def _near(sizes: Integers, places: Integers, width: int) -> Integers:
    return (sizes.take(places) << 1) + (_sum_across(sizes, places, width) >> 1)


def _sum_across(sizes: Integers, places: Integers, width: int) -> Integers:
    first, *others = (dy * width + dx for dy, dx in _ACROSS)
    total = sizes.take(places + first)
    for offset in others:
        total += sizes.take(places + offset)
    return total
