"""The prior of codes that are shares of a whole."""

import torch
from torch import Tensor

from autoencode.distributions.interior import InteriorDirichlet
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class DirichletPrior(Prior):
    """A symmetric Dirichlet distribution; below a concentration of 1 few shares make up most of the whole.

    Args:
        latent_dim: shares in a code.
        concentration: of each; 1 is the uniform distribution on the simplex.

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
            raise ArgumentError(f"the concentration must be above 0, not {concentration}")
        self.register_buffer("concentration", torch.full((latent_dim,), float(concentration)), persistent=False)

    def forward(self) -> InteriorDirichlet:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return InteriorDirichlet(self.concentration, validate_args=False)
