"""Counts read as grey levels."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Binomial, Categorical, Distribution, constraints


class OnLevels(Distribution):
    """A distribution over the counts 0, 1, …, top, as one over the levels 0, 1/top, …, 1.

    A mass stays a mass: no Jacobian.

    Args:
        counts: a `Categorical` over top + 1 classes, or a `Binomial` of `top` trials.
        top: the largest count.

    Example:
        >>> p = OnLevels(Categorical(logits=torch.zeros(256)), 255)
        >>> round(p.log_prob(torch.tensor(0.2)).exp().item() * 256, 4)
        1.0
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.unit_interval  # pyright: ignore

    def __init__(self, counts: Categorical | Binomial, top: int) -> None:
        self.counts, self.top = counts, top
        super().__init__(counts.batch_shape, validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of the level `value`, elementwise, in nats."""
        return self.counts.log_prob((value * self.top).round())

    @property
    def mean(self) -> Tensor:
        """The expected level."""
        if isinstance(self.counts, Binomial):
            return self.counts.mean / self.top
        levels = torch.arange(self.top + 1, dtype=self.counts.logits.dtype, device=self.counts.logits.device)
        return self.counts.probs @ (levels / self.top)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Levels, (*sample_shape, *batch_shape)."""
        with torch.no_grad():
            drawn = self.counts.sample(torch.Size(sample_shape))
            return drawn.to(self.mean.dtype) / self.top
