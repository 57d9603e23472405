"""A beta density that reaches a little beyond 0 and 1."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Beta, Distribution, constraints

LEVELS = 256


class StretchedBeta(Distribution):
    """A beta density over [−1/510, 1 + 1/510], so that 0 and 1 of 8-bit pictures lie inside it.

    A beta density is zero or infinite at its ends. The data are shrunk by (x · 255 + ½) / 256 before, and the density
    carries the factor 255/256 after, so that it integrates to one over the longer interval.

    Args:
        mean: of the shrunken value, between 0 and 1.
        concentration: the sum of the two shape parameters, above 0.

    References:
        Smithson and Verkuilen, "A better lemon squeezer? Maximum-likelihood regression with beta-distributed dependent
        variables", Psychological Methods 11, 2006, section "Endpoint handling", with 256 in place of the sample size.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.unit_interval  # pyright: ignore
    has_rsample = True

    def __init__(self, mean: Tensor, concentration: Tensor) -> None:
        self.inner = Beta(mean * concentration, (1 - mean) * concentration, validate_args=False)
        super().__init__(self.inner.batch_shape, validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density at `value`, elementwise, in nats."""
        factor = (LEVELS - 1) / LEVELS
        shrunken = value * factor + 0.5 / LEVELS
        return self.inner.log_prob(shrunken) + torch.log(torch.tensor(factor, dtype=value.dtype))

    @property
    def mean(self) -> Tensor:
        """Of the data's own scale."""
        return _stretched(self.inner.mean)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape)."""
        return _stretched(self.inner.rsample(torch.Size(sample_shape)))


def _stretched(x: Tensor) -> Tensor:
    return (x - 0.5 / LEVELS) * LEVELS / (LEVELS - 1)
