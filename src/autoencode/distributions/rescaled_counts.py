"""Distributions of counts, rescaled to the levels of an image."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Binomial, Categorical, Distribution, constraints


class RescaledCounts(Distribution):
    """A distribution of the counts 0, 1, …, max_count, as one of the levels 0, 1/max_count, …, 1.

    Masses are unchanged; there is no Jacobian.

    Args:
        counts: a `Categorical` over max_count + 1 classes, or a `Binomial` of `max_count` trials.
        max_count: the largest count.

    Example:
        >>> p = RescaledCounts(Categorical(logits=torch.zeros(256)), 255)
        >>> round(p.log_prob(torch.tensor(0.2)).exp().item() * 256, 4)
        1.0
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.unit_interval  # pyright: ignore

    def __init__(self, counts: Categorical | Binomial, max_count: int) -> None:
        self.counts, self.max_count = counts, max_count
        super().__init__(counts.batch_shape, validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of the level `value`, elementwise, in nats."""
        return self.counts.log_prob((value * self.max_count).round())

    @property
    def mean(self) -> Tensor:
        """The expected level."""
        if isinstance(self.counts, Binomial):
            return self.counts.mean / self.max_count
        levels = torch.arange(self.max_count + 1, dtype=self.counts.logits.dtype, device=self.counts.logits.device)
        return self.counts.probs @ (levels / self.max_count)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of levels, (*sample_shape, *batch_shape)."""
        with torch.no_grad():
            drawn = self.counts.sample(torch.Size(sample_shape))
            return drawn.to(self.mean.dtype) / self.max_count
