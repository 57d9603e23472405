"""Priors of codes between 0 and 1, of positive codes, and of proportions."""

import torch
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions.interior import InteriorBeta, InteriorDirichlet, InteriorGamma
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class BetaPrior(Prior):
    """Independent beta distributions; uniform on [0, 1] by default.

    Args:
        latent_dim: dimensions of the latent code.
        concentration1: the exponent of z plus 1, above 0; larger values favour codes near 1.
        concentration0: the exponent of 1 − z plus 1, above 0; larger values favour codes near 0.

    Raises:
        ArgumentError: a concentration that is not above 0.

    Example:
        >>> BetaPrior(2)().log_prob(torch.full((2,), 0.3))
        tensor(0.)
    """

    concentrations: Tensor

    def __init__(self, latent_dim: int, concentration1: float = 1.0, concentration0: float = 1.0) -> None:
        super().__init__((latent_dim,))
        if min(concentration1, concentration0) <= 0:
            raise ArgumentError(
                f"the concentrations of BetaPrior must be above 0, not {concentration1} and {concentration0}"
            )
        values = torch.tensor([concentration1, concentration0], dtype=torch.get_default_dtype())
        self.register_buffer("concentrations", values[:, None].repeat(1, latent_dim), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        concentration1, concentration0 = self.concentrations
        return Independent(InteriorBeta(concentration1, concentration0, validate_args=False), 1, validate_args=False)


class GammaPrior(Prior):
    """Independent gamma distributions with mean concentration / rate; with a concentration below 1, codes are sparse.

    Args:
        latent_dim: dimensions of the latent code.
        concentration: above 0; 1 is the exponential distribution.
        rate: the inverse of the scale, above 0.

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
            raise ArgumentError(f"concentration and rate of GammaPrior must be above 0, not {concentration} and {rate}")
        self.register_buffer("concentration", torch.full((latent_dim,), float(concentration)), persistent=False)
        self.register_buffer("rate", torch.full((latent_dim,), float(rate)), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return Independent(InteriorGamma(self.concentration, self.rate, validate_args=False), 1, validate_args=False)


class DirichletPrior(Prior):
    """A symmetric Dirichlet distribution; with a concentration below 1, few proportions make up most of the whole.

    Args:
        latent_dim: proportions in a code.
        concentration: above 0; 1 is the uniform distribution on the simplex.

    Raises:
        ArgumentError: a concentration that is not above 0.

    Example:
        >>> DirichletPrior(4)().mean
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    concentration: Tensor

    def __init__(self, latent_dim: int, concentration: float = 1.0) -> None:
        super().__init__((latent_dim,))
        if concentration <= 0:
            raise ArgumentError(f"the concentration of DirichletPrior must be above 0, not {concentration}")
        self.register_buffer("concentration", torch.full((latent_dim,), float(concentration)), persistent=False)

    def forward(self) -> InteriorDirichlet:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return InteriorDirichlet(self.concentration, validate_args=False)
