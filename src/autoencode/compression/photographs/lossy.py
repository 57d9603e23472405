"""Photographs of any size with loss: a wavelet transform, and whole numbers coded from what is known around them."""

import functools
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from autoencode.compression import photographs
from autoencode.compression.container import DamagedError, digest
from autoencode.compression.exact_functions import exp
from autoencode.compression.photographs.coefficients import Coefficients, Key, Layout, Step
from autoencode.compression.photographs.colours import Bytes
from autoencode.compression.photographs.ladder import Ladder, ladder
from autoencode.compression.photographs.lanes import Integers, LaneDecoder, LaneEncoder, lanes_for
from autoencode.compression.photographs.linear import bins_of
from autoencode.compression.photographs.lossless import LosslessCodec
from autoencode.compression.photographs.wavelet import Band, Floats, bands, inverse, levels_of, place_of, transform

MODEL_FILE = "lossy.npz"
QUALITIES = range(1, 101)
_COLOURS = np.array([[3**-0.5] * 3, [2**-0.5, 0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]])
"""Orthonormal, so that the error of coefficients is that of colours."""
_TRADE = 0.11
"""Squared steps that a bit is worth."""
_SHRINK = 0.06
"""How much nearer to zero than the middle of its interval a coefficient is given back, in steps."""
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

    def encode(self, pictures: Sequence[Bytes]) -> bytes:
        """Pictures as bytes, in lockstep; see `decode` for what comes back."""
        layout, exact = self._transformed(pictures)
        coefficients = self._choose(layout, layout.pack(exact))
        encoder = LaneEncoder(lanes_for(sum(values.size for values in exact) // _SPARSE))
        found = [
            (layout.take(coefficients.values, step), self._tables(coefficients, step))
            for step in layout.steps(len(exact[0]))
        ]
        for own, which in reversed(found):
            ladder().push(encoder, own, which)
        self._coarsest.push_planes(encoder, _rounded_coarsest(layout, exact))
        return bytes([self._quality]) + encoder.to_bytes()

    def given_back(self, pictures: Sequence[Bytes], payload: bytes) -> list[Bytes]:
        """What `decode` gives of pictures."""
        return self.decode(payload, [pixels.shape for pixels in pictures])

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, ...]]) -> list[Bytes]:
        """The pictures of some bytes.

        Args:
            payload: as `encode` gave it.
            shapes: of the pictures.

        Raises:
            DamagedError: the bytes are none of `encode`.
        """
        if not payload or payload[0] not in QUALITIES:
            raise DamagedError("a block of a picture has no quality")
        layout = Layout(shapes)
        pictures = [np.zeros((shape[2] if len(shape) == 3 else 1, *shape[:2]), np.int32) for shape in shapes]
        decoder = LaneDecoder(payload[1:], lanes_for(sum(values.size for values in pictures) // _SPARSE))
        rest = [_coarsest(values, levels) for values, levels in zip(pictures, layout.levels, strict=True)]
        self._coarsest.pop_planes(decoder, rest)
        coefficients = Coefficients(layout, layout.pack(pictures))
        for step in layout.steps(len(pictures[0])):
            coefficients.put(step, ladder().pop(decoder, self._tables(coefficients, step)))
        decoder.check_end()
        layout.unpack(coefficients.values, pictures)
        size = step_of(payload[0])
        return [
            _to_pixels(planes)
            for planes in _by_shape(
                inverse, [_restored(values, size, levels_of(*values.shape[1:])) for values in pictures]
            )
        ]

    def bits(self, pictures: Sequence[Bytes]) -> list[Floats]:
        """What each pixel takes, (height, width) of each: a coefficient's bits go to the pixels that it is of."""
        layout, exact = self._transformed(pictures)
        coefficients = self._choose(layout, layout.pack(exact))
        packed = {band: np.zeros(values.shape) for band, values in coefficients.values.items()}
        for step in layout.steps(len(exact[0])):
            own, which = layout.take(coefficients.values, step), self._tables(coefficients, step)
            packed[step.band][step.channel, layout.pixels(step.band, step.phase)] = ladder().bits(own, which)
        of_bands = [np.zeros_like(values) for values in exact]
        layout.unpack(packed, of_bands)
        rest = self._coarsest.bits_of_planes(_rounded_coarsest(layout, exact))
        return [
            sum((_spread(own.sum(0)[place_of(band, *size)], band.level + 1, size) for band in bands(levels)), start)
            for own, size, levels, start in zip(
                of_bands, layout.sizes, layout.levels, map(_spread, rest, layout.levels, layout.sizes), strict=True
            )
        ]

    def _transformed(self, pictures: Sequence[Bytes]) -> tuple[Layout, list[Floats]]:
        """Coefficients of pictures in steps of the quantiser, and where they lie."""
        step = step_of(self._quality)
        exact = [planes / step for planes in _by_shape(transform, [to_planes(pixels) for pixels in pictures])]
        return Layout([pixels.shape for pixels in pictures]), exact

    def _tables(self, coefficients: Coefficients, step: Step) -> Integers:
        context = self._contexts[step.key]
        bins = bins_of(activity_of(coefficients.around(step), context.activity))
        return ladder().place(np.zeros_like(bins), context.steps[bins], context.tails[bins])[1]

    def _choose(self, layout: Layout, exact: dict[Band, Floats]) -> Coefficients:
        """The nearest whole numbers, or the next ones towards zero where that saves more bits than it costs."""
        coefficients = Coefficients(layout, {band: np.rint(values).astype(np.int32) for band, values in exact.items()})
        for _ in range(2):
            chosen = Coefficients(layout, {band: np.zeros(values.shape, np.int32) for band, values in exact.items()})
            for step in layout.steps(next(iter(exact.values())).shape[0] if exact else 0):
                which = self._tables(coefficients, step)
                chosen.put(step, _cheapest(layout.take(exact, step), which, ladder()))
            coefficients = chosen
        return coefficients

    def probe(self) -> str:
        """A digest of what a made picture becomes, which is the same wherever this codec computes the same."""
        if not self._probe:
            picture, payload = self.probe_case()
            self._probe = digest(payload, picture.tobytes()).hex()
        return self._probe

    def probe_case(self) -> tuple[Bytes, bytes]:
        """What is given back of the made picture, and what it becomes."""
        numbers = np.arange(24 * 40 * 3, dtype=np.int64).reshape(24, 40, 3)
        picture = (((numbers * 2_654_435_761 >> 15) % 96 + numbers // 24) % 256).astype(np.uint8)
        payload = self.encode([picture])
        return self.decode(payload, [picture.shape])[0], payload


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


def _rounded_coarsest(layout: Layout, exact: Sequence[Floats]) -> list[Integers]:
    """What the transform leaves of pictures."""
    return [
        np.rint(_coarsest(values, levels)).astype(np.int32) for values, levels in zip(exact, layout.levels, strict=True)
    ]


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


def _spread(values: Floats, level: int, size: tuple[int, ...]) -> Floats:
    """Each value over a square of pixels, with the same sum as before the squares at the edges were cut."""
    side = 1 << level
    spread = np.kron(values, np.ones((side, side)))[: size[0], : size[1]]
    spread *= values.sum() / max(float(spread.sum()), 1.0)
    return np.pad(spread, [(0, size[axis] - spread.shape[axis]) for axis in range(2)])


def _by_shape(apply: Callable[[Floats, int], Floats], pictures: Sequence[Floats]) -> list[Floats]:
    """A transform of pictures, with as many levels as their sizes have; those of a shape share the work."""
    numbers = defaultdict[tuple[int, ...], list[int]](list)
    for number, values in enumerate(pictures):
        numbers[values.shape].append(number)
    found = list(pictures)
    for shape, own in numbers.items():
        values = apply(np.stack([pictures[number] for number in own]), levels_of(*shape[1:]))
        for number, value in zip(own, values, strict=True):
            found[number] = value
    return found


def _to_pixels(planes: Floats) -> Bytes:
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
