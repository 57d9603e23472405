"""A model of chords by counting: what a model of chords must beat."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional as F

from autoencode.distributions.chord_sequences import PAST_END

_PRIOR = 0.5
"""What is added to each count."""


class KeyChains:
    """Each key sounds or not as often as after what it did at the step before, in the pieces that were counted.

    Args:
        x: pieces, (n, steps, keys); steps past the end are −1.

    Example:
        >>> always = torch.tensor([[[1.0], [1.0], [1.0]]])
        >>> KeyChains(always).nats(always).exp()  # one key: 2/3 · 5/6 · 5/6 by counts, and by the added halves
        tensor([1.9200])
    """

    def __init__(self, x: Shaped[Tensor, "n steps keys"]) -> None:
        now, before, there = _pairs(x)
        counts = [(there & (before == state)).double() for state in (-1, 0, 1)]
        sounds = torch.stack([(count * (now == 1)).sum((0, 1)) for count in counts])
        total = torch.stack([count.sum((0, 1)) for count in counts])
        self._probability = (sounds + _PRIOR) / (total + 2 * _PRIOR)  # (before the first step, silent, sounding; keys)

    def nats(self, x: Shaped[Tensor, "n steps keys"]) -> Float[Tensor, " n"]:
        """−log p of each piece, in nats, given its length."""
        now, before, there = _pairs(x)
        p = self._probability.gather(0, (before.long() + 1).flatten(0, 1)).reshape(now.shape)
        terms = F.binary_cross_entropy(p, now.clamp_min(0).double(), reduction="none")
        return (terms * there).sum((1, 2)).to(torch.get_default_dtype())


def _pairs(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Each step, the one before it (−1 before the first), and whether it is there."""
    before = F.pad(x[:, :-1], (0, 0, 1, 0), value=-1)
    return x, before, x != PAST_END
