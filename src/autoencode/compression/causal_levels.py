"""Levels of pixels that depend on the pixels before them."""

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution

from autoencode.compression.alphabets import PRECISION, Alphabet, Round, Symbols, alphabet_of, from_levels, levels_of
from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.exact_functions import Floats
from autoencode.distributions.causal_pixels import CausalPixels, Drawing

_PIXELS_TOGETHER = 1 << 14
"""Of all streams, whose distributions are in memory at a time."""


def symbols_of(p: Distribution, rounding: Round) -> Symbols:
    """The levels of p(x|z), whose values may depend on one another.

    Args:
        p: batch shape (streams,), event shape that of the data.
        rounding: of its parameters.

    Raises:
        CapabilityError: p is not a mass on a known number of levels.
    """
    return CausalLevels(p, rounding) if isinstance(p, CausalPixels) else alphabet_of(p, rounding)


class CausalLevels(Symbols):
    """Pixels that depend on those before them: pushed from their distributions all at once, and popped one by one.

    Args:
        p: batch shape (streams,), float64.
        rounding: of the parameters of a value.
    """

    def __init__(self, p: CausalPixels, rounding: Round) -> None:
        self._p, self._rounding, self._levels = p, rounding, levels_of(p)

    @torch.no_grad()
    def push(self, stacks: Stacks, levels: Integers, rows: slice | Integers = slice(None)) -> None:
        """Pushes (places, streams) levels, the last pixel first, and of each the last channel first."""
        by_channel = levels.reshape(self._p.channels, -1, levels.shape[1])
        x = torch.from_numpy(from_levels(levels, self._levels, self._p.event_shape))
        size = max(1, _PIXELS_TOGETHER // len(x))
        for start in reversed(range(0, by_channel.shape[1], size)):
            places = torch.arange(start, min(start + size, by_channel.shape[1]))
            intervals = [
                self._alphabet(p, channel, start, len(x)).intervals(by_channel[channel, start : start + size])
                for channel, p in enumerate(self._p.at(x, places))
            ]
            for pixel in reversed(list(zip(*intervals, strict=True))):
                for start_of, width in reversed(pixel):
                    stacks.push(start_of, width, PRECISION, rows)

    @torch.no_grad()
    def pop(self, stacks: Stacks, places: int, rows: slice | Integers = slice(None)) -> Integers:
        """Pops (places, streams) levels, each pixel after those it depends on."""
        drawing = Drawing(self._p.features, self._p.network, self._p.channels)
        streams = len(self._p.features)
        levels = np.empty((self._p.channels, drawing.pixels, streams), np.int64)
        for place in range(drawing.pixels):
            drawing.visit(place)
            for channel in range(self._p.channels):
                alphabet = self._alphabet(drawing.channel(channel), channel, place, streams)
                levels[channel, place] = alphabet.pop_one(stacks, 0, rows)
                drawing.put(channel, torch.from_numpy(levels[channel, place] / (self._levels - 1.0)))
        return levels.reshape(places, streams)

    def _alphabet(self, p: Distribution, channel: int, place: int, streams: int) -> Alphabet:
        """Of a channel of some pixels, whose distributions have the batch shape (streams · pixels,)."""
        rounding = self._rounding.within(channel, place)

        def round_each(parameters: Tensor, grid: float) -> Floats:
            return rounding(parameters.reshape(streams, -1, *parameters.shape[4:]), grid)

        return alphabet_of(p, round_each)
