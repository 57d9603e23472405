"""The continuous Bernoulli: a normalised density on [0, 1] in place of the cross-entropy."""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, constraints

_SMALL = 0.1  # below this |logit| the series is more accurate than the closed form, in float32 and in float64


class ContinuousBernoulli(Distribution):
    """The continuous Bernoulli, p(x) ∝ exp(logits · x) on [0, 1].

    Training on grey images with a Bernoulli's cross-entropy drops the normaliser; this includes it, so that the result
    is a density. All is computed from the logits. PyTorch's own class uses probabilities clamped in float32, so its
    normaliser stops growing at |logits| ≈ 16: log 16 in place of log 30 for a logit of 30.

    Args:
        logits: the natural parameter, any shape; 0 is the uniform density.

    References:
        Loaiza-Ganem and Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
        NeurIPS 2019, equations 3 to 8. There λ = sigmoid(logits).

    Example:
        >>> ContinuousBernoulli(torch.tensor(0.0)).log_prob(torch.tensor(0.3))
        tensor(0.)
    """

    arg_constraints = {"logits": constraints.real}  # pyright: ignore
    support = constraints.unit_interval  # pyright: ignore
    has_rsample = True

    def __init__(self, logits: Tensor, validate_args: bool | None = None) -> None:
        self.logits = logits
        super().__init__(logits.shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "ContinuousBernoulli":
        """The same distribution with parameters expanded to `batch_shape`."""
        return ContinuousBernoulli(self.logits.expand(batch_shape), validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density at `value` in [0, 1], elementwise, in nats."""
        if self._validate_args:
            self._validate_sample(value)
        return self.logits * value - log_normaliser(self.logits)

    @property
    def mean(self) -> Tensor:
        """1 / (1 − exp(−logits)) − 1 / logits, which is 1/2 at 0 (equation 8)."""
        small = self.logits.abs() < _SMALL
        eta = torch.where(small, torch.full_like(self.logits, _SMALL), self.logits)
        # 1 / (1 − e^−η) = (1 + coth(η/2)) / 2, whose gradient cannot overflow.
        exact = 0.5 + 0.5 / torch.tanh(eta / 2) - 1 / eta
        e = self.logits
        return torch.where(small, 0.5 + e / 12 - e**3 / 720 + e**5 / 30240, exact)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """The inverse cumulative distribution function of uniform noise: log(1 + u (e^η − 1)) / η."""
        shape = self._extended_shape(sample_shape)
        u = torch.rand(shape, dtype=self.logits.dtype, device=self.logits.device)
        size = self.logits.abs()
        small = size < 1e-3
        eta = torch.where(small, torch.ones_like(size), size)
        # For η > 0 write 1 + u(e^η − 1) = e^η (u + (1 − u) e^−η), which cannot overflow; η < 0 is its mirror image.
        v = torch.where(self.logits >= 0, u, 1 - u)
        exact = 1 + torch.log(v + (1 - v) * torch.exp(-eta)) / eta
        first_order = u + self.logits * u * (1 - u) / 2
        return torch.where(small, first_order, torch.where(self.logits >= 0, exact, 1 - exact)).clamp(0, 1)


def log_normaliser(logits: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """log ∫₀¹ exp(logits · x) dx = log((e^η − 1) / η) in nats, accurate for η of any size."""
    size = logits.abs()
    small = size < _SMALL
    eta = torch.where(small, torch.full_like(size, _SMALL), size)
    # For η > 0: log((e^η − 1)/η) = η + log(1 − e^−η) − log η. For η < 0 it is the value at −η minus |η|, without the
    # first term. The series is in the signed logit: |η| has no gradient at 0, where that of the normaliser is 1/2.
    exact = F.relu(logits) + (torch.log(-torch.expm1(-eta)) - torch.log(eta))
    series = logits / 2 + logits**2 / 24 - logits**4 / 2880 + logits**6 / 181440
    return torch.where(small, series, exact)
