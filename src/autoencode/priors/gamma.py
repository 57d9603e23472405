"""The prior of positive codes."""

import torch
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions.interior import InteriorGamma
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class GammaPrior(Prior):
    """Independent gamma distributions with mean concentration / rate; below a concentration of 1 codes are sparse.

    Args:
        latent_dim: numbers in a code.
        concentration: 1 is the exponential distribution.
        rate: one over the scale.

    Raises:
        ArgumentError: a parameter that is not above 0.

    Example:
        >>> GammaPrior(2)().mean
        tensor([1., 1.])
    """

    concentration: Tensor
    rate: Tensor

    def __init__(self, latent_dim: int, concentration: float = 1.0, rate: float = 1.0) -> None:
        super().__init__((latent_dim,))
        if min(concentration, rate) <= 0:
            raise ArgumentError(f"concentration and rate must be above 0, not {concentration} and {rate}")
        self.register_buffer("concentration", torch.full((latent_dim,), float(concentration)), persistent=False)
        self.register_buffer("rate", torch.full((latent_dim,), float(rate)), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return Independent(InteriorGamma(self.concentration, self.rate, validate_args=False), 1, validate_args=False)
