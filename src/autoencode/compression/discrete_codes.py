"""Codes of bits, categories and codewords."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Independent

from autoencode.compression.alphabets import PRECISION, Round, TableOfLevels, TwoLevels
from autoencode.compression.ans import Integers
from autoencode.compression.codes import CodeSpace, CodeSymbols, IndependentCodes, KnownCodes, for_each_stream
from autoencode.compression.exact_functions import Floats, exp
from autoencode.distributions.quantised import Codewords, Quantised
from autoencode.distributions.relaxed import OneHotCode

_LOG_GRID = 2.0**-9


class DiscreteSpace(IndependentCodes, CodeSpace):
    """Codes of whole numbers, each with masses of its own under the prior.

    Args:
        masses: (numbers, streams, categories), which need not add up to one.
        values: of (streams, numbers), what the decoder is given.
    """

    def __init__(self, masses: Floats, values: Callable[[Tensor], Tensor]) -> None:
        super().__init__(TableOfLevels(masses), len(masses))
        self._masses, self._values = masses, values
        self.masked_words = len(masses) * PRECISION // 32 + 1

    def select(self, rows: Integers) -> "DiscreteSpace":  # noqa: D102
        return DiscreteSpace(self._masses[:, rows], self._values)

    def posterior(self, q: Any, round_to: Round) -> CodeSymbols:  # noqa: D102
        if isinstance(q, Quantised):
            return KnownCodes(q.indices.flatten(1).numpy().T)
        if isinstance(q, OneHotCode):
            return IndependentCodes(TableOfLevels(_masses(round_to(q.logits, _LOG_GRID))), len(self._masses))
        return IndependentCodes(TwoLevels(round_to(q.base_dist.logits, _LOG_GRID)), len(self._masses))

    def values(self, z: Integers) -> Tensor:  # noqa: D102
        return self._values(torch.from_numpy(np.ascontiguousarray(z.T)))


def discrete_space(p: Codewords | OneHotCode | Independent, streams: int, round_to: Round) -> DiscreteSpace:
    """The codes under a prior of codewords, categories or bits.

    Args:
        p: the prior.
        streams: how many.
        round_to: rounds the parameters of a number.
    """
    match p:
        case Codewords():
            stages, positions, _ = p.indices.logits.shape
            logits = p.indices.logits.flatten(0, 1)

            def values(z: Tensor) -> Tensor:
                return p.look_up(z.unflatten(1, (stages, positions)))

        case OneHotCode():
            logits = p.logits

            def values(z: Tensor) -> Tensor:
                return torch.nn.functional.one_hot(z, p.logits.shape[-1]).double().flatten(1)

        case _:
            of_ones: Any = p.base_dist  # Bernoulli
            logits = torch.stack([torch.zeros_like(of_ones.logits), of_ones.logits], -1)

            def values(z: Tensor) -> Tensor:
                return z.double()

    return DiscreteSpace(_masses(round_to(for_each_stream(logits, streams), _LOG_GRID)), values)


def _masses(logits: Floats) -> Floats:
    return exp(logits - logits.max(-1, keepdims=True))
