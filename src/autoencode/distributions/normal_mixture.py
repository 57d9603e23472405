"""A mixture of many diagonal normals, evaluated by matrix products."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical, Distribution, constraints

_NO_DOUBLES = ("mps", "xpu")
"""Devices of which some have no float64."""


class NormalMixture(Distribution):
    """Σ_k π_k N(z; loc_k, diag(scale_k²)), with batch shape () and event shape (dims,).

    Squared distances to the components are expanded to z²·(1/s²) − 2 z·(m/s²) + m²·(1/s²), which avoids a tensor of
    draws × components × dimensions: with 500 components it needs a thirtieth of the memory and time of
    `MixtureSameFamily`. The three products nearly cancel where components are narrow, so they are computed in float64.

    Args:
        logits: of the weights of the components, (components,); they need not be normalised.
        loc: means, (components, dims).
        scale: standard deviations, (components, dims).

    Example:
        >>> p = NormalMixture(torch.zeros(3), torch.zeros(3, 2), torch.ones(3, 2))
        >>> p.log_prob(torch.zeros(2))
        tensor(-1.8379)
    """

    arg_constraints = {"logits": constraints.real_vector, "loc": constraints.real, "scale": constraints.positive}  # pyright: ignore
    support = constraints.real_vector  # pyright: ignore
    has_rsample = False

    def __init__(
        self,
        logits: Float[Tensor, " components"],
        loc: Float[Tensor, "components dims"],
        scale: Float[Tensor, "components dims"],
    ) -> None:
        self.logits, self.loc, self.scale = logits, loc, scale
        super().__init__(torch.Size(), loc.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """(dims,)."""
        return self.logits.softmax(0) @ self.loc

    @property
    def variance(self) -> Tensor:
        """The variance of each dimension, (dims,): mean of the variances plus variance of the means."""
        within = self.scale**2 + (self.loc - self.mean) ** 2
        return self.logits.softmax(0) @ within

    def log_prob(self, value: Float[Tensor, "*batch dims"]) -> Float[Tensor, "*batch"]:
        """Log density in nats, (*batch,)."""
        return torch.logsumexp(self.log_joint(value), -1)

    def log_joint(self, value: Float[Tensor, "*batch dims"]) -> Float[Tensor, "*batch components"]:
        """log π_k + log N(z; k) for each component, in nats."""
        exact = value.dtype if value.device.type in _NO_DOUBLES else torch.float64
        middle = self.loc.mean(0).detach().to(exact)
        z, m, precision = value.to(exact) - middle, self.loc.to(exact) - middle, self.scale.to(exact) ** -2
        squares = (z**2) @ precision.mT - 2 * z @ (m * precision).mT + (m**2 * precision).sum(-1)
        constant = self.scale.log().sum(-1) + 0.5 * self.loc.shape[1] * math.log(2 * math.pi)
        return self.logits.log_softmax(0) - constant - 0.5 * squares.to(value.dtype)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, dims)."""
        with torch.no_grad():
            k = Categorical(logits=self.logits, validate_args=False).sample(torch.Size(sample_shape))
            return torch.normal(self.loc[k], self.scale[k])
