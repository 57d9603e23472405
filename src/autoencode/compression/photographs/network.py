"""A small network of whole numbers, carried by floats that hold each of them exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoencode.compression.photographs.linear import BINS
from autoencode.compression.photographs.passes import Grid, Pass, Plane
from autoencode.errors import DataError

Floats = npt.NDArray[np.float32]
MOST_INPUT = 127
MOST_HIDDEN = 2_047
WEIGHT_BITS = 8
"""A weight is in units of 2⁻⁸."""
INPUT_BITS = 5
"""An input of the network is in units of 2⁻⁵."""
HIDDEN_BITS = 7
OUTPUT_BITS = HIDDEN_BITS + WEIGHT_BITS
"""A sum of the last layer is in units of 2⁻¹⁵."""
SIZE_BITS = 10
_OTHERS = 8
_EXACT = 1 << 24
_RATIO_BITS = 3
_CHUNK = 1 << 15


def input_count(step: Pass, channel: int) -> int:
    """How many inputs the network of a pass has in a channel."""
    return len(step.known) + _OTHERS * channel + 2


def inputs_of(grid: Grid, step: Pass, channel: int, prediction: Plane, bins: Plane) -> Floats:
    """What a network sees of each pixel of a pass, (inputs, pixels), whole numbers from −127 to 127.

    These are the differences of known neighbours from the prediction, and of the other channels' neighbours from
    their own pixel, each relative to what goes on around; then how much goes on around, and how bright it is.

    Args:
        grid: what is known.
        step: the pass.
        channel: of the pixels; those before are known at the pixels.
        prediction: in eighths.
        bins: as `bins_of` gave them.
    """
    values = np.empty((input_count(step, channel), prediction.size), np.float32)
    ratio = _RATIOS[bins]
    middle = (prediction + 4) >> 3
    number = 0
    for difference in _differences(grid, step, channel, middle):
        scaled = np.abs(difference) * ratio >> 8
        np.minimum(scaled, len(_COMPANDED) - 1, out=scaled)
        np.multiply(_COMPANDED[scaled], np.sign(difference), out=scaled)
        values[number] = scaled.reshape(-1)
        number += 1
    values[number] = (2 * bins - BINS).reshape(-1)
    values[number + 1] = (np.clip(middle, -255, 255) >> 1).reshape(-1)
    return values


def _differences(grid: Grid, step: Pass, channel: int, middle: Plane) -> Iterator[Plane]:
    for offset in step.known:
        yield grid.at(channel, step, offset) - middle
    for other in range(channel):
        here = grid.at(other, step)
        for offset in step.known[:_OTHERS]:
            yield grid.at(other, step, offset) - here


def _compand() -> npt.NDArray[np.int32]:
    """x in quarters of what goes on around as about 24 log₂(1 + x / 8), by whole numbers."""
    table, value = np.zeros(1 << 9, np.int32), 0
    for x in range(len(table)):
        while value < MOST_INPUT and (8 + x) ** 24 >= 8**24 << (value + 1):
            value += 1
        table[x] = value
    return table


_COMPANDED = _compand()
_QUARTERS = (1.0, 1.189, 1.414, 1.682)
"""2 to the power of whole quarters, about."""
SIZES = np.array([int(16 * 2.0 ** (bin_ // 4) * _QUARTERS[bin_ % 4] + 0.5) for bin_ in range(BINS)], np.int64)
"""What goes on around, in units of 2⁻¹⁰ of a level; the same floats everywhere."""
_RATIOS = ((1 << 20) // SIZES).astype(np.int32)
"""A difference times this, over 2⁸, is in quarters of what goes on around."""


@dataclass(frozen=True, eq=False)
class Network:
    """Dense layers with ReLU between, of which each sum is a whole number that float32 holds exactly.

    Args:
        weights: of each layer, (outputs, inputs), int16.
        biases: of each layer, (outputs,), int32, in units of its sums.

    Raises:
        DataError: weights so large that a sum might not be exact.
    """

    weights: Sequence[npt.NDArray[np.int16]]
    biases: Sequence[npt.NDArray[np.int32]]

    def __post_init__(self) -> None:
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            above, below = (np.maximum(sign * weight.astype(np.int64), 0).sum(1) for sign in (1, -1))
            most = np.maximum(above, below) * MOST_HIDDEN if number else (above + below) * MOST_INPUT
            largest = most + np.abs(bias.astype(np.int64))
            if largest.max() >= _EXACT:
                raise DataError(f"a sum of layer {number} may reach {largest.max():,}, which float32 does not hold")

    def apply(self, inputs: Floats) -> Floats:
        """The sums of the last layer, (outputs, pixels), in units of 2⁻¹⁵."""
        outputs = np.empty((len(self.biases[-1]), inputs.shape[1]), np.float32)
        for at in range(0, inputs.shape[1], _CHUNK):
            outputs[:, at : at + _CHUNK] = self._apply(inputs[:, at : at + _CHUNK])
        return outputs

    def _apply(self, h: Floats) -> Floats:
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if number:
                bits = WEIGHT_BITS if number > 1 else WEIGHT_BITS + INPUT_BITS - HIDDEN_BITS
                h *= np.float32(2.0**-bits)
                np.clip(h, 0, MOST_HIDDEN, out=h)
                np.floor(h, out=h)
            h = weight.astype(np.float32) @ h
            h += bias.astype(np.float32)[:, None]
        return h
