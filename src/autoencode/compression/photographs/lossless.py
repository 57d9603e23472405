"""Photographs of any size without loss: each pass's distributions from what is known around its pixels."""

import functools
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from autoencode.compression import photographs
from autoencode.compression.container import digest
from autoencode.compression.photographs.colours import Bytes, to_pixels, to_planes
from autoencode.compression.photographs.ladder import (
    RAW_BITS,
    SCALES,
    SMALLEST,
    STEPS_PER_OCTAVE,
    TAILS,
    Ladder,
    ladder,
)
from autoencode.compression.photographs.lanes import Integers, LaneDecoder, LaneEncoder, lanes_for
from autoencode.compression.photographs.linear import BINS, Linear, bins_of
from autoencode.compression.photographs.network import OUTPUT_BITS, SIZE_BITS, SIZES, Network, inputs_of
from autoencode.compression.photographs.passes import PASSES, Grid, Pass, Plane, grid_of, strides

MODEL_FILE = "lossless.npz"
_LEVELS = 3
"""Strides 1 and 2 have weights of their own, larger ones share theirs."""
_CHANNELS = 3
_PROBE_SIDE = 24
_BIT_PARTS = 1 << 10
"""What a pixel takes is counted in parts of a bit."""


@runtime_checkable
class Predictor(Protocol):
    """Says how the pixels of a pass are distributed, in a channel, at a level of detail."""

    def distribution(self, grid: Grid, step: Pass, channel: int) -> tuple[Integers, Integers, Integers]:
        """Predictions in units of 1 / `PHASES`, steps of the ladder, and numbers of tails, (pixels,) each."""
        ...


@dataclass(frozen=True, eq=False)
class FastPredictor:
    """A linear prediction, and a distribution that what goes on around chooses from a list.

    Args:
        linear: the prediction.
        steps: (bins,) of the ladder.
        tails: (bins,) numbers of tails.
    """

    linear: Linear
    steps: Integers
    tails: Integers

    def distribution(self, grid: Grid, step: Pass, channel: int) -> tuple[Integers, Integers, Integers]:
        """See `Predictor`."""
        prediction, around = self.linear.apply(grid, step, channel)
        bins = bins_of(around).reshape(-1)
        return prediction.reshape(-1), self.steps[bins], self.tails[bins]


@dataclass(frozen=True, eq=False)
class SmallPredictor:
    """A linear prediction that a network corrects; the network gives the distribution, too.

    Args:
        linear: the prediction.
        network: of whole numbers, with three outputs.
    """

    linear: Linear
    network: Network

    def distribution(self, grid: Grid, step: Pass, channel: int) -> tuple[Integers, Integers, Integers]:
        """See `Predictor`."""
        prediction, around = self.linear.apply(grid, step, channel)
        bins = bins_of(around)
        outputs = self.network.apply(inputs_of(grid, step, channel, prediction, bins)).astype(np.int64)
        bins = bins.reshape(-1)
        moved = prediction.reshape(-1) + _round(outputs[0] * SIZES[bins], OUTPUT_BITS + SIZE_BITS - 3)
        wide = _round(STEPS_PER_OCTAVE * outputs[1] + _SIZE_STEPS[bins], OUTPUT_BITS)
        return moved, np.clip(wide, 0, SCALES - 1), np.clip(_round(outputs[2], OUTPUT_BITS), 0, len(TAILS) - 1)


def _round(values: Integers, bits: int) -> Integers:
    return (values + (1 << bits >> 1)) >> bits


_SIZE_STEPS = np.array(
    [
        ((bin_ // 4 + 4 - SIZE_BITS - SMALLEST) * 4 + bin_ % 4) * STEPS_PER_OCTAVE * (1 << OUTPUT_BITS) // 4
        for bin_ in range(BINS)
    ]
)
"""The step of the ladder whose scale is what goes on around, in units of 2⁻¹⁵."""


class LosslessCodec:
    """Pictures as bytes, and back, by one of two ready-made models.

    Args:
        predictors: for each level of detail, pass and channel.
    """

    def __init__(self, predictors: dict[tuple[int, int, int], Predictor]) -> None:
        self._predictors, self._probe = predictors, ""

    def encode(self, pictures: Sequence[Bytes]) -> bytes:
        """Pictures as bytes, in lockstep, so that they share the passes.

        Args:
            pictures: (height, width, 3) each, or (height, width) each.
        """
        encoder = LaneEncoder(lanes_for(sum(pixels.size for pixels in pictures)))
        self.push_planes(encoder, [to_planes(pixels) for pixels in pictures])
        return encoder.to_bytes()

    def given_back(self, pictures: Sequence[Bytes], payload: bytes) -> list[Bytes]:
        """What `decode` gives of pictures: the same."""
        return list(pictures)

    def push_planes(self, encoder: LaneEncoder, pictures: Sequence[Plane]) -> None:
        """Pushes planes of whole numbers, (channels, height, width) each, from −2¹¹ to 2¹¹ − 1."""
        distributions = ladder()
        for residuals, which in reversed(list(self._residuals(pictures, distributions))):
            distributions.push(encoder, residuals, which)
        first = np.concatenate([_coarsest(planes).reshape(-1) for planes in pictures])
        distributions.push_raw(encoder, first.astype(np.int64))

    def _residuals(self, pictures: Sequence[Plane], distributions: Ladder) -> Iterator[tuple[Integers, Integers]]:
        for stride, number, step, grid in _passes(pictures):
            for channel in range(len(pictures[0])):
                whole, which = self._place(grid, stride, number, step, channel, distributions)
                yield grid.at(channel, step).reshape(-1) - whole, which

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, ...]]) -> list[Bytes]:
        """The pictures of some bytes.

        Args:
            payload: as `encode` gave it.
            shapes: of the pictures.

        Raises:
            DamagedError: the bytes are none of `encode`.
        """
        decoder = LaneDecoder(payload, lanes_for(sum(math.prod(shape) for shape in shapes)))
        pictures = [np.zeros((shape[2] if len(shape) == 3 else 1, *shape[:2]), np.int32) for shape in shapes]
        self.pop_planes(decoder, pictures)
        decoder.check_end()
        return [to_pixels(planes) for planes in pictures]

    def pop_planes(self, decoder: LaneDecoder, pictures: Sequence[Plane]) -> None:
        """Pops planes of whole numbers, which it writes into `pictures`."""
        distributions, first = ladder(), [_coarsest(planes) for planes in pictures]
        ends = np.cumsum([known.size for known in first])
        for known, values in zip(
            first, np.split(distributions.pop_raw(decoder, int(ends[-1])), ends[:-1]), strict=True
        ):
            known[...] = values.reshape(known.shape)
        for stride, number, step, grid in _passes(pictures):
            for channel in range(len(pictures[0])):
                whole, which = self._place(grid, stride, number, step, channel, distributions)
                grid.put(channel, step, whole + distributions.pop(decoder, which))
            if number == len(PASSES) - 1:
                grid.finish()

    def _place(
        self, grid: Grid, stride: int, number: int, step: Pass, channel: int, distributions: Ladder
    ) -> tuple[Integers, Integers]:
        level = min(stride.bit_length() - 1, _LEVELS - 1)
        return distributions.place(*self._predictors[level, number, channel].distribution(grid, step, channel))

    def bits(self, pictures: Sequence[Bytes]) -> list[npt.NDArray[np.float64]]:
        """What each pixel of pictures takes, (height, width) of each."""
        return self.bits_of_planes([to_planes(pixels) for pixels in pictures])

    def bits_of_planes(self, pictures: Sequence[Plane]) -> list[npt.NDArray[np.float64]]:
        """What each place of planes of whole numbers takes, (height, width) of each."""
        channels, residuals = len(pictures[0]), self._residuals(pictures, ladder())
        found = [np.zeros((1, *planes.shape[1:]), np.int32) for planes in pictures]
        for own in found:
            _coarsest(own)[...] = RAW_BITS * channels * _BIT_PARTS
        for _, number, step, grid in _passes(found):
            taken = sum(ladder().bits(*next(residuals)) for _ in range(channels))
            grid.put(0, step, np.rint(taken * _BIT_PARTS).astype(np.int32))
            if number == len(PASSES) - 1:
                grid.finish()
        return [own[0] / _BIT_PARTS for own in found]

    def probe(self) -> str:
        """A digest of what a made picture becomes, which is the same wherever this codec computes the same."""
        if not self._probe:
            self._probe = digest(self.probe_case()[1]).hex()
        return self._probe

    def probe_case(self) -> tuple[Bytes, bytes]:
        """The made picture, and what it becomes."""
        y, x = np.arange(_PROBE_SIDE)[:, None, None], np.arange(_PROBE_SIDE)[:, None]
        numbers = (y * _PROBE_SIDE + x) * 3 + np.arange(3)
        smooth, rough = y * 4 + x * 3 + np.array([0, 9, 30]), (numbers * 2_654_435_761 >> 13) % 64
        picture = np.where(numbers % 5 > 3, rough, smooth).astype(np.uint8)
        return picture, self.encode([picture])


def _coarsest(planes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The pixels that are known first, a view."""
    found = strides(*planes.shape[1:])
    known = 2 * found[0] if found else 1
    return planes[:, ::known, ::known]


def _passes(pictures: Sequence[Plane]) -> Iterator[tuple[int, int, Pass, Grid]]:
    """From coarse to fine; a picture takes part from its own coarsest stride on."""
    found = [strides(*planes.shape[1:]) for planes in pictures]
    for stride in max(found, key=len):
        members = [planes for planes, own in zip(pictures, found, strict=True) if stride in own]
        grid = grid_of(members, stride)
        for number, step in enumerate(PASSES):
            yield stride, number, step, grid


@dataclass(frozen=True, eq=False)
class LosslessModels:
    """The ready-made models.

    Args:
        fast: a linear prediction.
        small: a network.
        digest: of the file that they come from.
    """

    fast: LosslessCodec
    small: LosslessCodec
    digest: str


@functools.cache
def load_models() -> LosslessModels:
    """The models that are part of autoencode."""
    content = resources.files(photographs).joinpath(MODEL_FILE).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return models_of(arrays, digest(content).hex())


def models_of(arrays: dict[str, npt.NDArray[np.generic]], digest_of_file: str = "") -> LosslessModels:
    """Models from arrays, whose names end in their level of detail, pass and channel."""
    fast, small = dict[tuple[int, int, int], Predictor](), dict[tuple[int, int, int], Predictor]()
    for key in np.ndindex(_LEVELS, len(PASSES), _CHANNELS):
        name = "".join(map(str, key))
        linear = Linear(arrays[f"weights{name}"].astype(np.int32), arrays[f"activity{name}"].astype(np.int32))
        steps, tails = (arrays[f"{kind}{name}"].astype(np.int64) for kind in ("steps", "tails"))
        fast[key] = FastPredictor(linear, steps, tails)
        layers = range(sum(other.startswith(f"layer{name}") for other in arrays))
        weights = [arrays[f"layer{name}_{number}"].astype(np.int16) for number in layers]
        biases = [arrays[f"bias{name}_{number}"].astype(np.int32) for number in layers]
        small[key] = SmallPredictor(linear, Network(weights, biases))
    return LosslessModels(LosslessCodec(fast), LosslessCodec(small), digest_of_file)
