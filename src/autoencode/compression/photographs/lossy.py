"""Photographs of any size with loss: a wavelet transform, and whole numbers coded from what is known around them."""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import product

import numpy as np

from autoencode.compression import photographs
from autoencode.compression.container import DamagedError, digest
from autoencode.compression.exact_functions import exp
from autoencode.compression.photographs.colours import Bytes
from autoencode.compression.photographs.ladder import Ladder, ladder
from autoencode.compression.photographs.lanes import Integers, LaneDecoder, LaneEncoder, lanes_for
from autoencode.compression.photographs.linear import bins_of
from autoencode.compression.photographs.lossless import LosslessCodec
from autoencode.compression.photographs.wavelet import (
    Band,
    Floats,
    bands,
    inverse,
    levels_of,
    place_of,
    transform,
)

MODEL_FILE = "lossy.npz"
QUALITIES = range(1, 101)
_COLOURS = np.array([[3**-0.5] * 3, [2**-0.5, 0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]])
"""Orthonormal, so that the error of coefficients is that of colours."""
_PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))
_BEFORE = (
    (),
    ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    ((0, -1), (0, 1), (-1, 0), (1, 0)),
    ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)),
)
"""Neighbours in a band that are known when pixels of a phase are coded, (row, column) from each."""
_TRADE = 0.11
"""Squared steps that a bit is worth."""
_SHRINK = 0.06
"""How much nearer to zero than the middle of its interval a coefficient is given back, in steps."""
_LEVELS = 3
_SPARSE = 4
"""Symbols take fewer bits here than without loss, so they are spread over so many times fewer lanes."""
_LN_2 = 0.6931471805599453


def step_of(quality: int) -> float:
    """The quantiser's step, in levels of a colour: 2 for 100, and twice as much for each 12 less."""
    return 2.0 * float(exp(np.array([(100 - quality) * (_LN_2 / 12)]))[0])


@dataclass(frozen=True, eq=False)
class Context:
    """How wide the coefficients of a phase of a band are distributed.

    Args:
        activity: of the absolute values around, in units of 2⁻⁶.
        steps: (bins,) of the ladder.
        tails: (bins,) numbers of tails.
    """

    activity: Integers
    steps: Integers
    tails: Integers


Key = tuple[int, int, int, int]


class Coefficients:
    """Whole numbers of a picture's coefficients, of which more and more are known.

    Args:
        values: (channels, height, width); where they are written, what is around others changes.
        levels: of the transform.
    """

    def __init__(self, values: Integers, levels: int) -> None:
        self.values, self.levels = values, levels

    def steps(self) -> Iterator[tuple[Key, int, Band, int]]:
        """Channel, band and phase of what is coded together, and its key."""
        for band in bands(self.levels):
            for channel, phase in product(range(len(self.values)), range(len(_PHASES))):
                kind = 2 if band.row and band.column else band.row
                yield (min(band.level, _LEVELS - 1), min(channel, 1), kind, phase), channel, band, phase

    def at(self, channel: int, band: Band, phase: int) -> Integers:
        """Coefficients of a phase of a band, a view."""
        row, column = _PHASES[phase]
        return self._band(channel, band)[row::2, column::2]

    def _band(self, channel: int, band: Band) -> Integers:
        return self.values[channel][place_of(band, *self.values.shape[1:])]

    def around(self, channel: int, band: Band, phase: int) -> Iterator[Integers]:
        """Absolute values that are known around the coefficients of a phase, times four."""
        own = self._band(channel, band)
        rows, columns = own.shape
        row, column = _PHASES[phase]
        padded = np.pad(np.abs(own), 1)
        for dy, dx in _BEFORE[phase]:
            yield padded[1 + row + dy : 1 + rows + dy : 2, 1 + column + dx : 1 + columns + dx : 2] << 2
        index = np.ix_(np.arange(row, rows, 2), np.arange(column, columns, 2))
        if band.level + 1 < self.levels:
            parent = np.pad(np.abs(self._band(channel, Band(band.level + 1, band.row, band.column))), 1, mode="edge")
            y = np.minimum(index[0] // 2, parent.shape[0] - 3) + 1
            x = np.minimum(index[1] // 2, parent.shape[1] - 3) + 1
            yield parent[y, x] << 2
            yield parent[y - 1, x] + parent[y + 1, x] + parent[y, x - 1] + parent[y, x + 1]
        else:
            zeros = np.zeros((index[0].size, index[1].size), np.int32)
            yield from (zeros, zeros)
        yield from (self._beside(channel, other, band, index) for other in ((0, 1), (1, 0)))
        for before in range(2):
            yield self._other(channel, before, band, index)

    def _beside(self, channel: int, other: tuple[int, int], band: Band, index: tuple[Integers, ...]) -> Integers:
        """Of the other bands of this level that are known, at about the same place."""
        known = (band.row, band.column) in ((1, 0), (1, 1)) and (other == (0, 1) or band.row + band.column == 2)
        if not known or other == (band.row, band.column):
            return np.zeros((index[0].size, index[1].size), np.int32)
        part = np.abs(self._band(channel, Band(band.level, *other)))
        y, x = np.minimum(index[0], part.shape[0] - 1), np.minimum(index[1], part.shape[1] - 1)
        return part[y, x] << 2

    def _other(self, channel: int, before: int, band: Band, index: tuple[Integers, ...]) -> Integers:
        """Of the channels before, at the same place and beside it."""
        if before >= channel:
            return np.zeros((index[0].size, index[1].size), np.int32)
        part = np.pad(np.abs(self._band(before, band)), 1)
        y, x = index[0] + 1, index[1] + 1
        return 2 * part[y, x] + ((part[y - 1, x] + part[y + 1, x] + part[y, x - 1] + part[y, x + 1]) >> 1)


class LossyCodec:
    """Pictures as bytes with loss, and back.

    Args:
        contexts: for each level, channel, kind of band and phase.
        coarsest: codes what the transform leaves.
        quality: from 1, the smallest, to 100.
    """

    def __init__(self, contexts: dict[Key, Context], coarsest: LosslessCodec, quality: int) -> None:
        self._contexts, self._coarsest, self._quality = contexts, coarsest, quality
        self._probe = ""

    def encode(self, pixels: Bytes) -> bytes:
        """A picture as bytes; see `decode` for what comes back."""
        step, levels = step_of(self._quality), levels_of(*pixels.shape[:2])
        exact = np.stack([transform(plane, levels) for plane in to_planes(pixels)]) / step
        values = self._choose(exact, levels)
        encoder = LaneEncoder(lanes_for(values.size // _SPARSE))
        coefficients, found = Coefficients(values, levels), list[tuple[Integers, Integers]]()
        for key, channel, band, phase in coefficients.steps():
            own = coefficients.at(channel, band, phase).reshape(-1)
            found.append((own, self._tables(coefficients, key, channel, band, phase)))
        for own, which in reversed(found):
            ladder().push(encoder, own, which)
        self._coarsest.push_planes(encoder, _coarsest(values, levels))
        return bytes([self._quality]) + encoder.to_bytes()

    def given_back(self, pixels: Bytes, payload: bytes) -> Bytes:
        """What `decode` gives of a picture."""
        return self.decode(payload, pixels.shape)

    def decode(self, payload: bytes, shape: tuple[int, ...]) -> Bytes:
        """The picture of some bytes.

        Args:
            payload: as `encode` gave it.
            shape: of the picture.

        Raises:
            DamagedError: the bytes are none of `encode`.
        """
        if not payload or payload[0] not in QUALITIES:
            raise DamagedError("a block of a picture has no quality")
        levels, channels = levels_of(*shape[:2]), shape[2] if len(shape) == 3 else 1
        values = np.zeros((channels, *shape[:2]), np.int32)
        decoder = LaneDecoder(payload[1:], lanes_for(values.size // _SPARSE))
        coefficients = Coefficients(values, levels)
        self._coarsest.pop_planes(decoder, _coarsest(values, levels))
        for key, channel, band, phase in coefficients.steps():
            place = coefficients.at(channel, band, phase)
            which = self._tables(coefficients, key, channel, band, phase)
            place[...] = ladder().pop(decoder, which).reshape(place.shape)
        decoder.check_end()
        return _to_pixels(_restored(values, step_of(payload[0]), levels), levels)

    def _tables(self, coefficients: Coefficients, key: Key, channel: int, band: Band, phase: int) -> Integers:
        context = self._contexts[key]
        total = activity_of(coefficients.around(channel, band, phase), context.activity)
        bins = bins_of(total).reshape(-1)
        return ladder().place(np.zeros_like(bins), context.steps[bins], context.tails[bins])[1]

    def _choose(self, exact: Floats, levels: int) -> Integers:
        """The nearest whole numbers, or the next ones towards zero where that saves more bits than it costs."""
        values = np.rint(exact).astype(np.int32)
        for _ in range(2):
            chosen, coefficients = values.copy(), Coefficients(values, levels)
            for key, channel, band, phase in coefficients.steps():
                which = self._tables(coefficients, key, channel, band, phase)
                wanted, place = (Coefficients(maps, levels).at(channel, band, phase) for maps in (exact, chosen))
                place[...] = _cheapest(wanted.reshape(-1), which, ladder()).reshape(place.shape)
            values = chosen
        return values

    def probe(self) -> str:
        """A digest of what a made picture becomes, which is the same wherever this codec computes the same."""
        if not self._probe:
            numbers = np.arange(24 * 40 * 3, dtype=np.int64).reshape(24, 40, 3)
            picture = (((numbers * 2_654_435_761 >> 15) % 96 + numbers // 24) % 256).astype(np.uint8)
            payload = self.encode(picture)
            self._probe = digest(payload, self.decode(payload, picture.shape).tobytes()).hex()
        return self._probe


def activity_of(parts: Iterator[Integers], weights: Integers) -> Integers:
    """The weighted sum of what is around, in units of 2⁻⁸."""
    return sum((part * weight for part, weight in zip(parts, weights.tolist(), strict=True)), np.zeros((), np.int32))


def _cheapest(wanted: Floats, which: Integers, distributions: Ladder) -> Integers:
    nearest = np.rint(wanted).astype(np.int64)
    best, cost = nearest, np.full(len(wanted), np.inf)
    for nearer in (0, 1):
        value = np.sign(nearest) * np.maximum(np.abs(nearest) - nearer, 0)
        error = wanted - value + np.sign(value) * _SHRINK
        price = error * error + _TRADE * distributions.bits(value, which)
        best, cost = np.where(price < cost, value, best), np.minimum(price, cost)
    zero = wanted * wanted + _TRADE * distributions.bits(np.zeros_like(nearest), which)
    return np.where((zero < cost) & (np.abs(nearest) <= 2), 0, best)


def _coarsest(values: Integers, levels: int) -> Integers:
    height, width = values.shape[1:]
    for _ in range(levels):
        height, width = (height + 1) // 2, (width + 1) // 2
    return values[:, :height, :width]


def _restored(values: Integers, step: float, levels: int) -> Floats:
    exact = (values - np.sign(values) * _SHRINK) * step
    _coarsest(exact, levels)[...] = _coarsest(values, levels) * step
    return exact


def to_planes(pixels: Bytes) -> Floats:
    """Colours as three planes whose errors are those of colours; grey as one."""
    x = pixels.astype(np.float64) - 128.0
    if x.ndim == 2:
        return x[None]
    return np.stack([row[0] * x[..., 0] + row[1] * x[..., 1] + row[2] * x[..., 2] for row in _COLOURS.tolist()])


def _to_pixels(coefficients: Floats, levels: int) -> Bytes:
    planes = np.stack([inverse(plane, levels) for plane in coefficients])
    if len(planes) == 3:
        columns = _COLOURS.T.tolist()
        planes = np.stack([row[0] * planes[0] + row[1] * planes[1] + row[2] * planes[2] for row in columns])
    rounded = np.clip(np.floor(planes + 128.5), 0, 255).astype(np.uint8)
    return rounded[0] if len(rounded) == 1 else np.ascontiguousarray(np.moveaxis(rounded, 0, 2))


@functools.cache
def load_contexts() -> tuple[dict[Key, Context], str]:
    """The ready-made contexts, and a digest of the file that they come from."""
    content = resources.files(photographs).joinpath(MODEL_FILE).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name].astype(np.int32) for name in file.files}
    contexts = dict[Key, Context]()
    for name in (name.removeprefix("activity") for name in arrays if name.startswith("activity")):
        level, channel, kind, phase = map(int, name)
        parts = (arrays[f"{part}{name}"] for part in ("activity", "steps", "tails"))
        contexts[level, channel, kind, phase] = Context(*parts)
    return contexts, digest(content).hex()
