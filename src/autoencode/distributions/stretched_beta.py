"""A beta density whose support is slightly larger than [0, 1]."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Beta, Distribution, constraints

LEVELS = 256


class StretchedBeta(Distribution):
    """A beta density on [−1/510, 1 + 1/510], so that 0 and 1 of 8-bit images are inside the support.

    A beta density is zero or infinite at the ends of its support. Values are mapped by (x · 255 + ½) / 256, and the
    density is multiplied by 255/256, so that it integrates to one.

    Args:
        mean: of the mapped value, between 0 and 1.
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
        """The mean, in the units of the data."""
        return _stretched(self.inner.mean)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape)."""
        return _stretched(self.inner.rsample(torch.Size(sample_shape)))


def _stretched(x: Tensor) -> Tensor:
    return (x - 0.5 / LEVELS) * LEVELS / (LEVELS - 1)
