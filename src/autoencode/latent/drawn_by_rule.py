"""New codes whose examples follow a rule: others are drawn again."""

from collections.abc import Callable
from dataclasses import replace
from typing import final

import torch
from torch import Tensor

from autoencode.data.plans import suits
from autoencode.data.text.symbol_maps import Connected
from autoencode.errors import ArgumentError
from autoencode.latent.sampling import CodeSampler

ROOMS = "rooms"
"""The rule of floor plans: all rooms reachable, within the outline."""
_MOST_ROUNDS = 50
_LEAST_DRAWN = 64
"""Examples drawn in a round: for the last few codes that are wanted, several at once."""


@final
class DrawnByRule:
    """Codes of examples that follow a rule; others are drawn again, with the same contexts, and counted.

        draw ─► decode ─► follows? ─► kept
         ▲                   │ no
         └───────────────────┘  in up to fifty rounds

    Args:
        sampler: draws codes, with contexts if the model takes any.
        rule: "rooms" for floor plans with outlines, which are kept to, and no room cut off; for maps of symbols such as
            "D:FSM": all cells with D can be reached from each other over cells with F, S or M.

    Attributes:
        drawn: examples drawn so far.
        follow: those of them that follow the rule.
        missing: codes given out whose examples do not follow it.

    Raises:
        ArgumentError: the rule cannot be read, or is not for such a model.
    """

    def __init__(self, sampler: CodeSampler, rule: str) -> None:
        self._sampler = sampler
        self._follows = _plans_that_suit(sampler) if rule == ROOMS else _connected_maps(sampler, Connected.parse(rule))
        self.drawn = self.follow = self.missing = 0

    @property
    def sampler(self) -> CodeSampler:
        """Draws codes of examples that follow the rule, as far as fifty rounds find them."""
        return replace(self._sampler, draw=self._draw)

    def _draw(self, n: int, context: Tensor | None) -> Tensor:
        z, wrong = torch.empty(n, *self._sampler.run.model.latent_shape), torch.arange(n)
        for _ in range(_MOST_ROUNDS):
            rows = wrong.repeat(-(-_LEAST_DRAWN // len(wrong)))
            drawn, follows = self._one_round(len(rows), None if context is None else context[rows])
            follows = follows.view(-1, len(wrong))
            first = follows.int().argmax(0)
            z[wrong] = drawn.unflatten(0, follows.shape)[first, torch.arange(len(wrong))]
            wrong = wrong[~follows.any(0)]
            if not len(wrong):
                break
        if not self.follow:
            raise ArgumentError(
                f"--connected holds for none of {self.drawn:,} drawn: train for longer, or of maps name more symbols "
                "to walk over"
            )
        self.missing += len(wrong)
        return z

    def _one_round(self, n: int, context: Tensor | None) -> tuple[Tensor, Tensor]:
        run = self._sampler.run
        z = self._sampler.draw(n, context).reshape(-1, *run.model.latent_shape).cpu()
        outlines = None if context is None else context.cpu()
        follows = self._follows(run.decode(z, outlines), outlines)
        self.drawn, self.follow = self.drawn + n, self.follow + int(follows.sum())
        return z, follows


Follows = Callable[[Tensor, Tensor | None], Tensor]
"""(means of p(x|z), contexts) → which of them follow a rule, (n,) of booleans."""


def _connected_maps(sampler: CodeSampler, rule: Connected) -> Follows:
    if sampler.context(slice(0, 1)) is not None:
        raise ArgumentError("--connected chooses among maps drawn without a context: leave it out")
    return lambda x, _: sampler.run.modality.connected(x, rule)


def _plans_that_suit(sampler: CodeSampler) -> Follows:
    outlines = sampler.context(slice(0, 1))
    if outlines is None or outlines.ndim != 4 or outlines.shape[2:] != sampler.run.model.data_shape[1:]:
        raise ArgumentError(
            f"--connected {ROOMS} chooses among floor plans for outlines: train floor-plans -r floor-plan-vae, or "
            "give a rule of symbols such as D:FSM"
        )
    return _suit


def _suit(x: Tensor, outlines: Tensor | None) -> Tensor:
    if outlines is None:
        return torch.zeros(len(x), dtype=torch.bool)
    pairs = zip((x[:, 0] > 0.5).numpy(), (outlines[:, 0] > 0.5).numpy(), strict=True)
    return torch.tensor([suits(*pair) for pair in pairs])
