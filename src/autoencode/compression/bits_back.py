"""Bits-back coding: examples in as many bits as a VAE's evidence lower bound says, and back without loss."""

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent, MixtureSameFamily

from autoencode.compression.alphabets import MAX_CALLS, Symbols, from_levels, levels_of, to_levels
from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.causal_levels import symbols_of
from autoencode.compression.codes import CodeSpace, CodeSymbols
from autoencode.compression.discrete_codes import discrete_space
from autoencode.compression.exact_functions import Floats, as_floats
from autoencode.compression.ladder_codes import LadderSpace
from autoencode.compression.normal_codes import NormalSpace, mixture_space
from autoencode.compression.rounding import Rounding
from autoencode.distributions.ladder import Ladder
from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.distributions.quantised import Codewords
from autoencode.distributions.relaxed import OneHotCode
from autoencode.errors import CapabilityError
from autoencode.model import Autoencoder
from autoencode.posteriors import (
    BernoulliPosterior,
    CategoricalPosterior,
    DiagonalNormalPosterior,
    FiniteScalarPosterior,
    FullCovarianceNormalPosterior,
    LadderPosterior,
    VectorQuantisedPosterior,
)
from autoencode.priors import (
    BernoulliPrior,
    CategoricalPrior,
    EmpiricalCodewordPrior,
    LadderPrior,
    MixturePrior,
    StandardNormalPrior,
    UniformCodewordPrior,
    VampPrior,
)

_POSTERIOR, _LIKELIHOOD, _PRIOR, _CALL_BITS = 0, 1 << 40, 1 << 45, 32


class BitsBack:
    """Codes examples with a VAE: of normal codes, of one level or several, bits, categories or codewords.

    For each example, from the last to the first: a code is popped from the stack under q(z|x), the example is pushed
    under p(x|z), and the code under p(z). Popping gives back −log q(z|x), so that an example takes −log p(x|z) − log
    p(z) + log q(z|x) on average: minus the bound. Decoding does the inverse in the inverse order.

    A normal code is one of `BINS` bins in each dimension, and stands for the middle of it; a codeword is what the
    example makes it, and takes −log p(z).

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
        self.data_shape = model.data_shape
        self.levels = levels_of(self._model.decode(torch.zeros(1, *model.latent_shape, dtype=torch.float64)))

    @property
    def is_sequential(self) -> bool:
        """Whether the values of an example are decoded one after the other."""
        return self._model.likelihood.is_sequential

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
        lengths, space = np.array([len(stream) for stream in streams]), self._space(rounding, len(streams))
        for example in reversed(range(int(lengths.max(initial=0)))):
            rows = np.flatnonzero(lengths > example)
            on_step(1 - (example + 1) / lengths.max())
            x = torch.stack([streams[int(row)][example] for row in rows])
            levels = to_levels(x, self.levels)
            step = _Step(rounding, example, rows)
            own = space.select(rows)
            z = self._posterior(own, levels, step).pop_code(stacks, rows)
            self._likelihood(own.values(z), step).push(stacks, levels, rows)
            own.push_code(stacks, z, rows)
            own.mask(stacks, example, rows)
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
        space = self._space(rounding, len(streams))
        found: list[list[Integers]] = [[] for _ in streams]
        for example in range(int(counts.max(initial=0))):
            on_step(example / counts.max())
            rows = np.flatnonzero(counts > example)
            step = _Step(rounding, example, rows)
            own = space.select(rows)
            own.mask(stacks, example, rows)
            z = own.pop_code(stacks, rows)
            levels = self._likelihood(own.values(z), step).pop(stacks, places, rows)
            self._posterior(own, levels, step).push_code(stacks, z, rows)
            for column, row in enumerate(rows):
                found[row].append(levels[:, column].reshape(self.data_shape))
        shape = self.data_shape
        return [np.stack(examples) if examples else np.zeros((0, *shape), np.int64) for examples in found]

    @torch.no_grad()
    def _space(self, rounding: Rounding, streams: int) -> CodeSpace:
        """The codes under the prior, whose numbers are rounded once for each stream."""
        p: Any = self._model.prior_for()
        step = _Step(rounding, 0, np.arange(streams))
        match p:
            case NormalMixture() | MixtureSameFamily():
                rounded = (step.rounding_of(part, (1,)) for part in (_PRIOR, _PRIOR << 1))
                return mixture_space(p, self._model.latent_shape, streams, *rounded)
            case Ladder():
                return LadderSpace(p)
            case Codewords() | OneHotCode() | Independent(base_dist=Bernoulli()):
                return discrete_space(p, streams, step.rounding_of(_PRIOR, (1,)))
            case _:
                return NormalSpace(self._model.latent_shape)

    @torch.no_grad()
    def _posterior(self, space: CodeSpace, levels: Integers, step: "_Step") -> CodeSymbols:
        x = torch.from_numpy(from_levels(levels, self.levels, self.data_shape))
        return space.posterior(self._model.encode(x), step.rounding_of(_POSTERIOR, self._model.latent_shape))

    @torch.no_grad()
    def _likelihood(self, code: Tensor, step: "_Step") -> Symbols:
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


_PAIRS = (
    (DiagonalNormalPosterior | FullCovarianceNormalPosterior, StandardNormalPrior | MixturePrior | VampPrior),
    (LadderPosterior, LadderPrior),
    (BernoulliPosterior, BernoulliPrior),
    (CategoricalPosterior, CategoricalPrior),
    (VectorQuantisedPosterior | FiniteScalarPosterior, EmpiricalCodewordPrior | UniformCodewordPrior),
)
"""Posteriors and priors whose codes can be coded."""


def check_can_compress(model: Autoencoder) -> None:
    """Raises for a model whose codes bits-back coding cannot code.

    Raises:
        CapabilityError: its posterior and prior are none of `_PAIRS`, or it is conditioned on something.
    """
    if model.is_conditional:
        raise CapabilityError(
            "the model is conditioned on a class or an image, which a compressed file does not keep: train a recipe "
            "without a condition, such as conv-vae"
        )
    posterior, prior = model.posterior, model.prior
    if not any(isinstance(posterior, own) and isinstance(prior, its) for own, its in _PAIRS):
        raise CapabilityError(
            f"bits-back coding has no code for {type(posterior).__name__} with "
            f"{type(prior).__name__ if prior else 'no prior'} yet: train a model with normal codes such as conv-vae, "
            "deep-vae, ladder-vae, mixture-vae or vamp-vae, or with discrete ones such as vq-vae or categorical-vae"
        )
