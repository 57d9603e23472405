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
        concentration1: the concentration towards 1.
        concentration0: the concentration towards 0.

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
            raise ArgumentError(f"concentrations must be above 0, not {concentration1} and {concentration0}")
        values = torch.tensor([concentration1, concentration0], dtype=torch.get_default_dtype())
        self.register_buffer("concentrations", values[:, None].repeat(1, latent_dim), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        concentration1, concentration0 = self.concentrations
        return Independent(InteriorBeta(concentration1, concentration0, validate_args=False), 1, validate_args=False)
