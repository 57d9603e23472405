"""The prior of codes between 0 and 1."""

import torch
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions.interior import InteriorBeta
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class BetaPrior(Prior):
    """Independent beta distributions; uniform on [0, 1] by default.

    Args:
        latent_dim: numbers in a code.
        one: the concentration towards 1.
        zero: the concentration towards 0.

    Raises:
        ArgumentError: a concentration that is not above 0.

    Example:
        >>> BetaPrior(2)().log_prob(torch.full((2,), 0.3))
        tensor(0.)
    """

    concentrations: Tensor

    def __init__(self, latent_dim: int, one: float = 1.0, zero: float = 1.0) -> None:
        super().__init__((latent_dim,))
        if min(one, zero) <= 0:
            raise ArgumentError(f"concentrations must be above 0, not {one} and {zero}")
        values = torch.tensor([one, zero], dtype=torch.get_default_dtype())
        self.register_buffer("concentrations", values[:, None].repeat(1, latent_dim), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        one, zero = self.concentrations
        return Independent(InteriorBeta(one, zero, validate_args=False), 1, validate_args=False)
