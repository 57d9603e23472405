"""Codes of several levels, each one's bins those of its prior given the levels above."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.compression.alphabets import Round
from autoencode.compression.ans import Integers, Stacks
from autoencode.compression.codes import CodeSymbols
from autoencode.compression.normal_codes import PRIOR_BITS, NormalSpace, bin_middles, relative_bins
from autoencode.distributions.ladder import ChooseLatent, Ladder

Level = Independent[Normal]


class LadderSpace(NormalSpace):
    """Codes under p(z₁) p(z₂|z₁) …: in each level one of `BINS` bins of that level's normal, all equally likely.

    A bin stands for the mean of its level and so many standard deviations. Both follow from the levels above by a
    network, so its value may differ by 10⁻¹³ between two computers, as all that follows from it does.

    Args:
        p: the prior.
    """

    def __init__(self, p: Ladder) -> None:
        super().__init__((sum(p.dims),))
        self._p, self.masked_words = p, sum(p.dims) * PRIOR_BITS // 32 + 1

    def posterior(self, q: Any, round_to: Round) -> "LadderCodes":  # noqa: D102
        return LadderCodes(self, q, round_to)

    def values(self, z: Integers) -> Tensor:  # noqa: D102
        return self._p.descend(self.choose(z), (z.shape[1],)).z

    def choose(self, z: Integers) -> ChooseLatent:
        """Takes the latents of bins, level by level."""
        bins = np.split(z, np.cumsum(self._p.dims)[:-1])
        return lambda number, level: value_of(level, bins[number])

    def level(self, above: list[Tensor]) -> Level:
        """The prior of the level below these.

        Args:
            above: the latents of the levels above, top first, (streams, dims of the level) each.
        """
        found = list[Level]()

        def choose(number: int, level: Level) -> Tensor:
            found.append(level)
            return above[number] if number < len(above) else level.mean

        self._p.descend(choose, tuple(above[0].shape[:1]) if above else ())
        return found[len(above)]


class LadderCodes(CodeSymbols):
    """Codes of a ladder given an example.

    Args:
        space: the codes.
        q: the posterior, batch shape (streams,).
        round_to: rounds where its levels lie in those of the prior, and how wide they are there.
    """

    def __init__(self, space: LadderSpace, q: Ladder, round_to: Round) -> None:
        self._space, self._q, self._round = space, q, round_to

    @torch.no_grad()
    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:  # noqa: D102
        found, above = list[Integers](), list[Tensor]()

        def choose(_: int, own: Level) -> Tensor:
            prior = self._space.level(above)
            found.append(relative_bins(own, prior, self._round).pop_code(stacks, rows))
            above.append(value_of(prior, found[-1]))
            return above[-1]

        self._q.descend(choose, tuple(self._q.batch_shape))
        return np.concatenate(found)

    @torch.no_grad()
    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:  # noqa: D102
        path = self._q.path(self._space.values(z))
        bins = [
            relative_bins(own, prior, self._round) for own, prior in zip(path.conditionals, path.prior, strict=True)
        ]
        for own, part in reversed(list(zip(bins, np.split(z, np.cumsum(self._q.dims)[:-1]), strict=True))):
            own.push_code(stacks, part, rows)


def value_of(level: Level, bins: Integers) -> Tensor:
    """The latents that bins stand for.

    Args:
        level: of the prior.
        bins: (dims, streams).
    """
    return level.mean + level.stddev * torch.from_numpy(bin_middles()[bins].T.copy())
