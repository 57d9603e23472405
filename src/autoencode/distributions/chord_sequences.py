"""Sequences of chords: which keys sound at each step."""

from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn import functional as F

PAST_END = -1
"""What stands at every key of a step past the end of a piece."""


def step_counts(x: Float[Tensor, "*batch steps keys"]) -> Int64[Tensor, "*batch"]:
    """How many steps each piece has, at least one.

    Example:
        >>> step_counts(torch.tensor([[[0.0, 1.0], [0.0, 0.0], [-1.0, -1.0]]])).tolist()
        [2]
    """
    return (x[..., 0] != PAST_END).sum(-1).clamp_min(1)


class ChordSequences(Distribution):
    """p(x|z) = ∏ over steps and keys: whether the key sounds, a coin of its own, for a piece of a given length.

    A value is (steps, keys): 1 where a key sounds, 0 where it does not, −1 at every key past the end of the piece.

    Args:
        logits: of each key at each step, (*batch_shape, steps, keys).
        present: which steps a draw has, (*batch_shape, steps); `log_prob` asks the value itself.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.real  # pyright: ignore

    def __init__(self, logits: Float[Tensor, "*batch steps keys"], present: Tensor) -> None:
        self.logits, self.present = logits, present
        super().__init__(logits.shape[:-2], logits.shape[-2:], validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "ChordSequences":
        """The same distribution with its batch shape expanded."""
        return ChordSequences(
            self.logits.expand(*batch_shape, *self.event_shape), self.present.expand(*batch_shape, self.event_shape[0])
        )

    def log_prob(self, value: Tensor) -> Float[Tensor, "..."]:
        """Log probability of pieces, in nats, given how long they are."""
        value, logits = torch.broadcast_tensors(value.to(self.logits.dtype), self.logits)
        terms = -F.binary_cross_entropy_with_logits(logits, value.clamp_min(0), reduction="none")
        return (terms * (value != PAST_END)).sum((-1, -2))

    @property
    def mean(self) -> Tensor:
        """The probability of each key; −1 past the end."""
        return self._ended(self.logits.sigmoid())

    @property
    def mode(self) -> Tensor:
        """The likeliest chords: every key that sounds with a probability above a half; −1 past the end."""
        return self._ended((self.logits > 0).to(self.logits.dtype))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of pieces, (*sample_shape, *batch_shape, steps, keys)."""
        with torch.no_grad():
            probabilities = self.logits.sigmoid().expand(*sample_shape, *self.logits.shape)
            return self._ended(torch.bernoulli(probabilities))

    def _ended(self, keys: Tensor) -> Tensor:
        return keys.masked_fill(~self.present[..., None], PAST_END)
