"""Integer frequencies of the levels that a pixel can have, the same on every computer."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from torch.distributions import Bernoulli, Binomial, Categorical, Distribution, Independent, MixtureSameFamily

from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.exact_functions import Floats, add_in_order, as_floats, exp, sigmoid, softmax
from autoencode.distributions import DiscretizedLogistic
from autoencode.distributions.causal_pixels import CausalPixels
from autoencode.distributions.rescaled_counts import RescaledCounts
from autoencode.errors import CapabilityError

PRECISION = 24
"""Frequencies add up to 2²⁴, so that rounding them costs less than 0.02 %."""
_WAYS = 16
"""A level is searched for among so many ranges at a time: calls of NumPy cost more than numbers."""
_STEPS = np.arange(1, _WAYS)[:, None]


class Symbols(ABC):
    """The levels of the values of every stream's example, which can be pushed on stacks and popped from them."""

    @abstractmethod
    def push(self, stacks: Stacks, levels: Integers, rows: slice | Integers = slice(None)) -> None:
        """Pushes (places, streams) levels."""
        raise NotImplementedError

    @abstractmethod
    def pop(self, stacks: Stacks, places: int, rows: slice | Integers = slice(None)) -> Integers:
        """Pops (places, streams) levels, the inverse of `push`."""
        raise NotImplementedError


class Alphabet(Symbols):
    """Distributions of whole numbers from 0 to levels − 1, one for each place (a pixel) and stream.

    Args:
        levels: how many numbers there are.
        precision: frequencies add up to 2^precision.
    """

    def __init__(self, levels: int, precision: int = PRECISION) -> None:
        self.levels, self.precision = levels, precision
        self._free = (1 << precision) - 2 * levels

    @abstractmethod
    def below(self, place: int | slice, edge: Integers) -> Floats:
        """The probability of the levels below `edge`, which is from 1 to levels − 1: bit for bit the same everywhere.

        Args:
            place: one place, or all of them by a slice.
            edge: (…, streams), or (places, streams) for a slice.
        """
        raise NotImplementedError

    def cumulative(self, place: int | slice, edge: Integers) -> Integers:
        """The frequency of the levels below `edge`, from 0 to `levels`; each level has a frequency of 1 at least.

        Two are set aside for each level: the probability below an edge may round one down from an edge to the next.
        """
        inner = np.minimum(np.maximum(edge, 1), self.levels - 1)
        inside = 2 * edge + np.floor(self._free * self.below(place, inner)).astype(np.int64)
        return np.where(edge <= 0, 0, np.where(edge >= self.levels, 1 << self.precision, inside))

    def push(self, stacks: Stacks, levels: Integers, rows: slice | Integers = slice(None)) -> None:
        """Pushes (places, streams) levels, the last place first."""
        for start, width in reversed(self.intervals(levels)):
            stacks.push(start, width, self.precision, rows)

    def intervals(self, levels: Integers) -> list[tuple[Integers, Integers]]:
        """Start and frequency of (places, streams) levels, place by place."""
        starts = self.cumulative(slice(None), levels)
        return list(zip(starts, self.cumulative(slice(None), levels + 1) - starts, strict=True))

    def pop(self, stacks: Stacks, places: int, rows: slice | Integers = slice(None)) -> Integers:
        """Pops (places, streams) levels, the first place first."""
        return np.stack([self.pop_one(stacks, place, rows) for place in range(places)])

    def pop_one(self, stacks: Stacks, place: int, rows: slice | Integers = slice(None)) -> Integers:
        """Pops the levels of one place."""
        wanted = stacks.top(self.precision, rows)
        low = np.zeros_like(wanted)
        start, end = np.zeros_like(wanted), np.full_like(wanted, 1 << self.precision)
        width = _WAYS ** math.ceil(math.log(self.levels, _WAYS) - 1e-9)
        while width > 1:
            width //= _WAYS
            at = self.cumulative(place, low + width * _STEPS)
            steps = (at <= wanted).sum(0)
            start = np.where(steps > 0, np.take_along_axis(at, np.maximum(steps - 1, 0)[None], 0)[0], start)
            end = np.where(steps < len(at), np.take_along_axis(at, np.minimum(steps, len(at) - 1)[None], 0)[0], end)
            low = low + width * steps
        stacks.drop(start, end - start, self.precision, rows)
        return low


class TwoLevels(Alphabet):
    """Bernoulli distributions."""

    def __init__(self, logits: Floats) -> None:
        super().__init__(2)
        self._zero = sigmoid(-logits)

    def below(self, place: int | slice, edge: Integers) -> Floats:  # noqa: D102 - there is one edge
        return self._zero[place]


class LogisticLevels(Alphabet):
    """Mixtures of discretized logistics, (places, streams, components)."""

    def __init__(self, levels: int, loc: Floats, log_scale: Floats, logits: Floats | None = None) -> None:
        super().__init__(levels)
        self._loc, self._sharpness = loc, exp(-log_scale)
        self._weights = None if logits is None else softmax(logits)

    def below(self, place: int | slice, edge: Integers) -> Floats:  # noqa: D102
        at = (edge - 0.5) / (self.levels - 1)
        if self._weights is None:
            return sigmoid((at - self._loc[place]) * self._sharpness[place])
        parts = sigmoid((at[..., None] - self._loc[place]) * self._sharpness[place])
        return np.minimum(add_in_order(self._weights[place] * parts), 1.0)


class TableOfLevels(Alphabet):
    """Any masses, (places, streams, levels), which need not add up to one."""

    def __init__(self, masses: Floats) -> None:
        super().__init__(masses.shape[-1])
        total = np.cumsum(masses, -1)  # from the first to the last, one at a time
        self._below = np.minimum(total / total[..., -1:], 1.0)

    def below(self, place: int | slice, edge: Integers) -> Floats:  # noqa: D102
        if isinstance(place, slice):
            return np.take_along_axis(self._below[place], (edge - 1)[..., None], -1)[..., 0]
        return self._below[place, np.arange(edge.shape[-1]), edge - 1]


@runtime_checkable
class Round(Protocol):
    """Rounds parameters so that every computer rounds them alike: (parameters, grid) → (places, streams, …).

    It is called in the same order for the same distributions.
    """

    def __call__(self, parameters: Any, grid: float) -> Floats:
        """Rounds (streams, *shape of an example, …), a grid's points being a power of two apart."""
        ...

    def within(self, channel: int, place: int) -> "Round":
        """Rounds (streams, places, …) of a channel, of which the first is given, with `MAX_CALLS` calls at most."""
        ...


MAX_CALLS = 4
"""The most kinds of parameters of one value."""

_LOC_GRID, _LOG_GRID = 2.0**-13, 2.0**-9


def levels_of(p: Distribution) -> int:
    """How many levels a value has under these distributions.

    Raises:
        CapabilityError: they are not masses on a known number of levels.
    """
    match base := _base(p):
        case Bernoulli():
            return 2
        case RescaledCounts():
            return base.max_count + 1
        case CausalPixels():
            return levels_of(base.first_pixel())
        case DiscretizedLogistic() | MixtureSameFamily():
            return DiscretizedLogistic.levels
        case _:
            raise CapabilityError(
                f"the model's likelihood ({type(base).__name__.strip('_')}) is no probability mass on levels, and only "
                "a mass can be compressed with: train with --likelihood discretized-logistic for pictures of 8 bits, "
                "or bernoulli for black and white ones; text and numbers of tables are not compressed yet"
            )


def alphabet_of(p: Distribution, rounding: Callable[[Any, float], Floats]) -> Alphabet:
    """The levels of p(x|z), whose values are independent.

    Args:
        p: batch shape (streams,), event shape that of the data.
        rounding: rounds parameters to a grid.

    Raises:
        CapabilityError: p is not a mass on a known number of levels.
    """
    match base := _base(p):
        case Bernoulli():
            return TwoLevels(rounding(base.logits, _LOG_GRID))
        case DiscretizedLogistic():
            loc, log_scale = rounding(base.loc, _LOC_GRID), rounding(base.log_scale, _LOG_GRID)
            return LogisticLevels(base.levels, loc, log_scale)
        case MixtureSameFamily(mixture_distribution=Categorical() as mixture):
            parts = base.component_distribution
            if isinstance(parts, DiscretizedLogistic):
                loc, log_scale = rounding(parts.loc, _LOC_GRID), rounding(parts.log_scale, _LOG_GRID)
                return LogisticLevels(parts.levels, loc, log_scale, rounding(mixture.logits, _LOG_GRID))
        case RescaledCounts(counts=Categorical() as counts):
            return TableOfLevels(_unnormalised(rounding(counts.logits, _LOG_GRID)))
        case RescaledCounts(counts=Binomial() as counts):
            return TableOfLevels(_binomial(rounding(counts.logits, _LOG_GRID), base.max_count))
        case _:
            pass
    levels_of(p)
    raise CapabilityError(f"{type(base).__name__} has no alphabet")


def _base(p: Distribution) -> Any:
    return p.base_dist if isinstance(p, Independent) else p


def _unnormalised(log_masses: Floats) -> Floats:
    return exp(log_masses - log_masses.max(-1, keepdims=True))


def _binomial(logits: Floats, count: int) -> Floats:
    """The mass of k is C(count, k) eᵏˡ, but for a factor; logarithms are rounded, since libraries differ in them."""
    log_choices = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(count + 1)]
    rounded = np.rint(as_floats(log_choices) * 2.0**20) / 2.0**20
    return _unnormalised(rounded + logits[..., None] * np.arange(count + 1.0))


def to_levels(x: Any, count: int) -> Integers:
    """Values from 0 to 1 as level numbers, (places, streams).

    Raises:
        CapabilityError: values that are not on the levels.
    """
    scaled = as_floats(x).reshape(len(x), -1).T * (count - 1)
    levels = np.rint(scaled).astype(np.int64)
    if len(levels) and (np.abs(scaled - levels).max() > 1e-3 or levels.min() < 0 or levels.max() >= count):
        raise CapabilityError(
            f"these examples have values other than the {count} levels of the model's likelihood: it cannot give them "
            "back exactly"
        )
    return levels


def from_levels(levels: Integers, count: int, shape: Sequence[int]) -> npt.NDArray[np.float64]:
    """The inverse of `to_levels`, (streams, *shape)."""
    return (levels.T / (count - 1.0)).reshape(-1, *shape)
