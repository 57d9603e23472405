"""Bits-back coding: examples in as many bits as a VAE's evidence lower bound says, and back without loss."""

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from autoencode.compression.alphabets import MAX_CALLS, Alphabet, Symbols, from_levels, levels_of, to_levels
from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.causal_levels import symbols_of
from autoencode.compression.exact_functions import Floats, as_floats, exp, normal_cdf, normal_quantiles
from autoencode.compression.rounding import Rounding
from autoencode.errors import CapabilityError
from autoencode.model import Autoencoder
from autoencode.posteriors import DiagonalNormalPosterior, FullCovarianceNormalPosterior
from autoencode.priors import StandardNormalPrior

BINS = 1 << 16
"""Bins of equal prior mass that each latent dimension is divided into."""
_PRIOR_BITS = 16
_CODE_PRECISION = 30
_MEAN_GRID, _LOG_SCALE_GRID = 2.0**-13, 2.0**-9
_POSTERIOR, _LIKELIHOOD, _CALL_BITS = 0, 1 << 40, 32


class BitsBack:
    """Codes examples with a VAE whose posterior is normal and whose prior is the standard normal.

    For each example, from the last to the first: a code is popped from the stack under q(z|x), the example is pushed
    under p(x|z), and the code under p(z). Popping gives back −log q(z|x), so that an example takes −log p(x|z) − log
    p(z) + log q(z|x) on average: minus the bound. Decoding does the inverse in the inverse order.

    A code is one of `BINS` bins of equal prior mass in each dimension, and stands for the middle of it.

    Args:
        model: is copied in float64.

    Raises:
        CapabilityError: a model of another kind, or one without a probability mass; the message says what to train.

    References:
        Townsend, Bird and Barber, "Practical lossless compression with latent variables using bits back coding", ICLR
        2019.
    """

    def __init__(self, model: Autoencoder) -> None:
        check_can_compress(model)
        self._model = copy.deepcopy(model).to("cpu", torch.float64).eval()
        self.data_shape, self._latent = model.data_shape, math.prod(model.latent_shape)
        self.levels = levels_of(self._model.decode(torch.zeros(1, *model.latent_shape, dtype=torch.float64)))

    def encode(
        self, streams: Sequence[Tensor], on_step: Callable[[float], None] = lambda share: None
    ) -> tuple[list[bytes], list[list[int]]]:
        """Each stream's examples as bytes, and the decisions of rounding that decoding them needs.

        Args:
            streams: (n, *data_shape) each, with values from 0 to 1.
            on_step: is given the share that is done; what it raises ends the work.

        Raises:
            CapabilityError: values that are not on the levels of the likelihood.
        """
        stacks, rounding = Stacks(len(streams)), Rounding(len(streams))
        lengths = np.array([len(stream) for stream in streams])
        for example in reversed(range(int(lengths.max(initial=0)))):
            rows = np.flatnonzero(lengths > example)
            on_step(1 - (example + 1) / lengths.max())
            x = torch.stack([streams[int(row)][example] for row in rows])
            levels = to_levels(x, self.levels)
            step = _Step(rounding, example, rows)
            z = self._posterior(levels, step).pop_code(stacks, rows)
            self._likelihood(z, step).push(stacks, levels, rows)
            for dimension in reversed(range(self._latent)):
                stacks.push(z[dimension], np.ones_like(z[dimension]), _PRIOR_BITS, rows)
        return stacks.to_bytes(), [rounding.pack(row) for row in range(len(streams))]

    def decode(
        self,
        streams: list[bytes],
        lengths: Sequence[int],
        decisions: Sequence[Mapping[tuple[int, int], bool]],
        on_step: Callable[[float], None] = lambda share: None,
    ) -> list[Integers]:
        """The level numbers of each stream's examples, (n, *data_shape).

        Args:
            streams: as `encode` gave them.
            lengths: how many examples each has.
            decisions: of rounding, as `encode` gave them.
            on_step: is given the share that is done; what it raises ends the work.

        Raises:
            DataError: bytes that no stack could have written.
        """
        stacks, rounding = Stacks(streams), Rounding(len(streams), decisions)
        counts, places = np.array(lengths), math.prod(self.data_shape)
        found: list[list[Integers]] = [[] for _ in streams]
        for example in range(int(counts.max(initial=0))):
            on_step(example / counts.max())
            rows = np.flatnonzero(counts > example)
            step = _Step(rounding, example, rows)
            z = np.empty((self._latent, len(rows)), np.int64)
            for dimension in range(self._latent):
                z[dimension] = stacks.top(_PRIOR_BITS, rows)
                stacks.drop(z[dimension], np.ones_like(z[dimension]), _PRIOR_BITS, rows)
            levels = self._likelihood(z, step).pop(stacks, places, rows)
            self._posterior(levels, step).push_code(stacks, z, rows)
            for column, row in enumerate(rows):
                found[row].append(levels[:, column].reshape(self.data_shape))
        shape = self.data_shape
        return [np.stack(examples) if examples else np.zeros((0, *shape), np.int64) for examples in found]

    @torch.no_grad()
    def _posterior(self, levels: Integers, step: "_Step") -> "NormalBins":
        x = torch.from_numpy(from_levels(levels, self.levels, self.data_shape))
        round_to = step.rounding_of(_POSTERIOR, self._model.latent_shape)
        q: Any = self._model.encode(x)
        if isinstance(q, MultivariateNormal):
            diagonal = q.scale_tril.diagonal(dim1=-2, dim2=-1)
            mixing = round_to(q.scale_tril / diagonal[:, :, None], _MEAN_GRID)
            return NormalBins(round_to(q.loc, _MEAN_GRID), exp(round_to(diagonal.log(), _LOG_SCALE_GRID)), mixing)
        loc, scale = q.base_dist.loc, q.base_dist.scale
        return NormalBins(round_to(loc, _MEAN_GRID), exp(round_to(scale.log(), _LOG_SCALE_GRID)))

    @torch.no_grad()
    def _likelihood(self, z: Integers, step: "_Step") -> Symbols:
        code = torch.from_numpy(_middles()[z].T.reshape(-1, *self._model.latent_shape).copy())
        return symbols_of(self._model.decode(code), step.rounding_of(_LIKELIHOOD, self.data_shape))


@dataclass(frozen=True)
class _Step:
    """One example of each of the streams in `rows`."""

    rounding: Rounding
    example: int
    rows: Integers

    def rounding_of(self, part: int, shape: Sequence[int]) -> "_PartRounding":
        """Rounds the parameters of p(x|z) or q(z|x).

        Args:
            part: which of the two, as the decoder asks for them in another order.
            shape: of an example, or of a code.
        """
        return _PartRounding(self, part, len(shape))


@dataclass
class _PartRounding:
    """See `Round`: a number is known by its part, the call and its place."""

    step: _Step
    part: int
    axes: int
    place: int = 0
    call: int = 0

    def __call__(self, parameters: Any, grid: float) -> Floats:
        streams, further = len(self.step.rows), parameters.shape[1 + self.axes :]
        flat = as_floats(parameters).reshape(streams, -1)
        first = self.part + (self.call << _CALL_BITS) + self.place * math.prod(further)
        rounded = self.step.rounding.round(flat, grid, self.step.rows, self.step.example, first)
        self.call += 1
        return np.ascontiguousarray(np.moveaxis(rounded.reshape(streams, -1, *further), 0, 1))

    def within(self, channel: int, place: int) -> "_PartRounding":
        return _PartRounding(self.step, self.part, 1, place, channel * MAX_CALLS)


class NormalBins(Alphabet):
    """Which bin a dimension of the code lies in, under a normal, given the dimensions before it.

    Args:
        loc: (dimensions, streams).
        scale: standard deviation of each dimension given those before it, (dimensions, streams).
        mixing: (dimensions, streams, dimensions), each row of the Cholesky factor divided by its diagonal; None where
            dimensions are independent.
    """

    def __init__(self, loc: Floats, scale: Floats, mixing: Floats | None = None) -> None:
        super().__init__(BINS, _CODE_PRECISION)
        self._loc, self._scale, self._mixing = loc, scale, mixing
        self._edges = normal_quantiles(BINS)
        self._mean = np.zeros(loc.shape[1:])

    def below(self, place: int | slice, edge: Integers) -> Floats:  # noqa: D102
        scale = self._scale[place]
        return normal_cdf((self._edges[edge - 1] - self._mean) / scale)

    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:
        """Pops a code, (dimensions, streams)."""
        z = np.zeros(self._loc.shape, np.int64)
        for dimension in range(len(z)):
            self._mean = self._mean_of(z, dimension)
            z[dimension] = self.pop_one(stacks, dimension, rows)
        return z

    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:
        """Pushes a code, the last dimension first."""
        for dimension in reversed(range(len(z))):
            self._mean = self._mean_of(z, dimension)
            start = self.cumulative(dimension, z[dimension])
            stacks.push(start, self.cumulative(dimension, z[dimension] + 1) - start, self.precision, rows)

    def _mean_of(self, z: Integers, dimension: int) -> Floats:
        if self._mixing is None:
            return self._loc[dimension]
        means = list[Floats]()
        for row in range(dimension + 1):
            mean = self._loc[row].copy()
            for before, its_mean in enumerate(means):
                noise = (_middles()[z[before]] - its_mean) / self._scale[before]
                mean += self._scale[row] * self._mixing[row, :, before] * noise
            means.append(mean)
        return means[-1]


def _middles() -> Floats:
    """The value that each bin stands for."""
    return normal_quantiles(2 * BINS)[::2]


def check_can_compress(model: Autoencoder) -> None:
    """Raises for a model whose codes bits-back coding cannot code.

    Raises:
        CapabilityError: it has no normal posterior with a standard normal prior, or is conditioned on something.
    """
    if model.is_conditional:
        raise CapabilityError(
            "the model is conditioned on a class or an image, which a compressed file does not keep: train a recipe "
            "without a condition, such as conv-vae"
        )
    posterior, prior = model.posterior, model.prior
    normal = isinstance(posterior, DiagonalNormalPosterior | FullCovarianceNormalPosterior)
    if not normal or not isinstance(prior, StandardNormalPrior):
        raise CapabilityError(
            f"only a model with a normal posterior and a standard normal prior compresses yet, and this one has "
            f"{type(posterior).__name__} and {type(prior).__name__ if prior else 'no prior'}: train one such as "
            "conv-vae or deep-vae"
        )
