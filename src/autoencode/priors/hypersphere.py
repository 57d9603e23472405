"""The prior of codes on the unit sphere."""

import torch
from torch import Tensor

from autoencode.distributions.hypersphere import HypersphericalUniform
from autoencode.priors.prior import Prior


class HypersphericalUniformPrior(Prior):
    """The uniform distribution on the unit sphere.

    Args:
        latent_dim: dimensions of the space around the sphere; 2 is a circle.

    References:
        Davidson, Falorsi, De Cao, Kipf and Tomczak, "Hyperspherical variational auto-encoders", UAI 2018, section 3.

    Example:
        >>> HypersphericalUniformPrior(3)().sample((5,)).shape
        torch.Size([5, 3])
    """

    centre: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.register_buffer("centre", torch.zeros(latent_dim), persistent=False)

    def forward(self) -> HypersphericalUniform:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return HypersphericalUniform(self.centre)
