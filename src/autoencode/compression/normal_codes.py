"""Codes with a normal posterior: bins of each dimension, under a standard normal prior or a mixture of normals."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Independent, MixtureSameFamily, MultivariateNormal, Normal

from autoencode.compression.alphabets import Alphabet, Round
from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.codes import CodeSpace, CodeSymbols, for_each_stream
from autoencode.compression.exact_functions import Floats, add_in_order, exp, normal_cdf, normal_quantiles, softmax
from autoencode.distributions.normal_mixture import NormalMixture

BINS = 1 << 16
"""Bins that each latent dimension is divided into, of equal mass under a normal."""
PRIOR_BITS = 16
"""Of one bin under the normal that it is a bin of."""
_CODE_PRECISION = 30
_MEAN_GRID, _LOG_SCALE_GRID = 2.0**-13, 2.0**-9
_WIDE = 4.0
"""Standard deviations around each component of a mixture whose bins are narrow."""
_FINE = 2.5
"""Where that is, in standard deviations of the normal that the bins are of: beyond, they become wide."""
_NEGLIGIBLE = 2.0**-40


class NormalSpace(CodeSpace):
    """Codes under the standard normal prior: a code is one of `BINS` bins in each dimension, all equally likely.

    Args:
        latent_shape: of a code.
    """

    def __init__(self, latent_shape: Sequence[int]) -> None:
        self._shape = tuple(latent_shape)

    def select(self, rows: Integers) -> "NormalSpace":  # noqa: D102
        return self

    @property
    def _unit(self) -> Floats:
        """Of the bins' normal, a power of two for each dimension and stream."""
        return np.ones((math.prod(self._shape), 1))

    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:  # noqa: D102
        z = np.empty((math.prod(self._shape), len(rows)), np.int64)
        for dimension in range(len(z)):
            z[dimension] = stacks.top(PRIOR_BITS, rows)
            stacks.drop(z[dimension], np.ones_like(z[dimension]), PRIOR_BITS, rows)
        return z

    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:  # noqa: D102
        for dimension in reversed(range(len(z))):
            stacks.push(z[dimension], np.ones_like(z[dimension]), PRIOR_BITS, rows)

    def posterior(self, q: Any, round_to: Round) -> CodeSymbols:  # noqa: D102
        if isinstance(q, MultivariateNormal):
            diagonal = q.scale_tril.diagonal(dim1=-2, dim2=-1)
            mixing = round_to(q.scale_tril / diagonal[:, :, None], _MEAN_GRID)
            loc, scale = round_to(q.loc, _MEAN_GRID), exp(round_to(diagonal.log(), _LOG_SCALE_GRID))
            return NormalBins(loc, scale, mixing, self._unit)
        loc, log_scale = round_to(q.base_dist.loc, _MEAN_GRID), round_to(q.base_dist.scale.log(), _LOG_SCALE_GRID)
        return NormalBins(loc, exp(log_scale), None, self._unit)

    def values(self, z: Integers) -> Tensor:  # noqa: D102
        return torch.from_numpy((bin_middles()[z] * self._unit).T.reshape(-1, *self._shape).copy())


class NormalBins(Alphabet, CodeSymbols):
    """Which bin a dimension of the code lies in, under a normal, given the dimensions before it.

    Args:
        loc: (dimensions, streams).
        scale: standard deviation of each dimension given those before it, (dimensions, streams).
        mixing: (dimensions, streams, dimensions), each row of the Cholesky factor divided by its diagonal; None where
            dimensions are independent.
        unit: of the bins' normal, (dimensions, streams) or (dimensions, 1); 1 by default.
    """

    def __init__(self, loc: Floats, scale: Floats, mixing: Floats | None = None, unit: Floats | None = None) -> None:
        super().__init__(BINS, _CODE_PRECISION)
        self._loc, self._scale, self._mixing = loc, scale, mixing
        self._unit = np.ones((len(loc), 1)) if unit is None else unit
        self._edges = normal_quantiles(BINS)
        self._mean = np.zeros(loc.shape[1:])

    def below(self, place: int | slice, edge: Integers) -> Floats:  # noqa: D102
        return normal_cdf((self._edges[edge - 1] * self._unit[place] - self._mean) / self._scale[place])

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
                noise = (bin_middles()[z[before]] * self._unit[before] - its_mean) / self._scale[before]
                mean += self._scale[row] * self._mixing[row, :, before] * noise
            means.append(mean)
        return means[-1]


class MixtureSpace(NormalSpace):
    """Codes under a mixture of normals, dimension by dimension: those before say which components are likely.

        p(z_d | z_1 … z_{d−1}) = Σ_k p(k | z_1 … z_{d−1}) N(z_d; …)

    Args:
        latent_shape: of a code.
        logits: of the components, (streams, components).
        loc: (dimensions, streams, components).
        log_scale: of each dimension given those before it, (dimensions, streams, components).
        mixing: (dimensions, streams, components, dimensions), each row of the Cholesky factors divided by its diagonal;
            None where dimensions are independent.
    """

    def __init__(
        self, latent_shape: Sequence[int], logits: Floats, loc: Floats, log_scale: Floats, mixing: Floats | None
    ) -> None:
        super().__init__(latent_shape)
        self._logits, self._loc, self._log_scale, self._mixing = logits, loc, log_scale, mixing
        self._scale, self.masked_words = exp(log_scale), len(loc) * _CODE_PRECISION // 32 + 1

    def select(self, rows: Integers) -> "MixtureSpace":  # noqa: D102
        mixing = None if self._mixing is None else self._mixing[:, rows]
        return MixtureSpace(self._shape, self._logits[rows], self._loc[:, rows], self._log_scale[:, rows], mixing)

    @property
    def _unit(self) -> Floats:
        """So that the narrow bins reach as far as the components do."""
        wide = self._scale
        if self._mixing is not None:
            wide = self._scale * np.sqrt(add_in_order(self._mixing * self._mixing))
        reach = (np.abs(self._loc) + _WIDE * wide).max(-1) / _FINE
        return np.ldexp(1.0, np.frexp(reach)[1])

    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:  # noqa: D102
        z = np.zeros(self._loc.shape[:2], np.int64)
        for dimension, bins in enumerate(self._conditionals(z)):
            z[dimension] = bins.pop_one(stacks, 0, rows)
        return z

    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:  # noqa: D102
        found = list[tuple[Integers, Integers]]()
        for dimension, bins in enumerate(self._conditionals(z)):
            start = bins.cumulative(0, z[dimension])
            found.append((start, bins.cumulative(0, z[dimension] + 1) - start))
        for start, width in reversed(found):
            stacks.push(start, width, _CODE_PRECISION, rows)

    def _conditionals(self, z: Integers) -> Iterator["_MixtureBins"]:
        """Each dimension given those before it, which are read from `z` when the next one is asked for."""
        unit, log_weights, noises = self._unit, self._logits.copy(), list[Floats]()
        for dimension in range(len(self._loc)):
            mean, scale = self._loc[dimension].copy(), self._scale[dimension]
            if self._mixing is not None:
                for before, noise in enumerate(noises):
                    mean += scale * self._mixing[dimension, :, :, before] * noise
            yield _MixtureBins(softmax(log_weights), mean, scale, unit[dimension])
            value = bin_middles()[z[dimension]] * unit[dimension]
            noises.append((value[:, None] - mean) / scale)
            log_weights -= noises[-1] * noises[-1] / 2.0 + self._log_scale[dimension]


class _MixtureBins(Alphabet):
    """Which bin a dimension lies in, under a mixture of normals.

    Args:
        weights: (streams, components).
        mean: of the components.
        scale: of the components.
        unit: of the bins' normal, (streams,).
    """

    def __init__(self, weights: Floats, mean: Floats, scale: Floats, unit: Floats) -> None:
        super().__init__(BINS, _CODE_PRECISION)
        weights = np.where(weights > _NEGLIGIBLE, weights, 0.0)
        some = np.flatnonzero(weights.any(0))  # adding zeros changes nothing, so streams do not depend on one another
        self._weights, self._mean, self._scale = weights[:, some], mean[:, some], scale[:, some]
        self._edges, self._unit = normal_quantiles(BINS), unit

    def below(self, place: int | slice, edge: Integers) -> Floats:
        at = self._edges[edge - 1] * self._unit
        return np.minimum(add_in_order(self._weights * normal_cdf((at[..., None] - self._mean) / self._scale)), 1.0)


def mixture_space(
    p: NormalMixture | MixtureSameFamily,
    latent_shape: Sequence[int],
    streams: int,
    round_to: Round,
    round_logits: Round,
) -> MixtureSpace:
    """The codes under a mixture of normals, with diagonal or full covariances.

    Args:
        p: the prior.
        latent_shape: of a code.
        streams: how many.
        round_to: rounds parameters of a dimension.
        round_logits: rounds those of no dimension.
    """
    if isinstance(p, NormalMixture):
        logits, loc, scale, mixing = p.logits.log_softmax(-1), p.loc, p.scale, None
    else:
        parts: Any = p.component_distribution
        logits, loc = p.mixture_distribution.logits, parts.loc
        scale = parts.scale_tril.diagonal(dim1=-2, dim2=-1)
        mixing = parts.scale_tril / scale[:, :, None]
    return MixtureSpace(
        latent_shape,
        round_logits(for_each_stream(logits[None], streams), _LOG_SCALE_GRID)[0],
        round_to(for_each_stream(loc.T, streams), _MEAN_GRID),
        round_to(for_each_stream(scale.log().T, streams), _LOG_SCALE_GRID),
        None if mixing is None else round_to(for_each_stream(mixing.transpose(0, 1), streams), _MEAN_GRID),
    )


def relative_bins(own: Independent[Normal], prior: Independent[Normal], round_to: Round) -> NormalBins:
    """Bins of one normal, of which another one is to choose.

    Args:
        own: chooses, batch shape (streams,).
        prior: whose bins they are.
        round_to: rounds where the one lies in the other, and how wide it is there.
    """
    scale = prior.stddev
    loc = round_to((own.mean - prior.mean) / scale, _MEAN_GRID)
    return NormalBins(loc, exp(round_to((own.stddev / scale).log(), _LOG_SCALE_GRID)))


def bin_middles() -> Floats:
    """The value that each bin stands for, in units."""
    return normal_quantiles(2 * BINS)[::2]
