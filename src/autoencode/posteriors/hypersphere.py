"""The posterior of codes on the unit sphere."""

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.distributions.hypersphere import PowerSpherical
from autoencode.errors import ArgumentError
from autoencode.nn.dense import Linear
from autoencode.posteriors.posterior import Posterior


class PowerSphericalPosterior(Posterior):
    """A power spherical distribution: a mean direction and a scalar concentration.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the space around the sphere, 2 or more; 2 is a circle.

    Raises:
        ArgumentError: fewer than two dimensions.

    References:
        De Cao and Aziz, "The power spherical distribution", 2020, definition 2.

    Example:
        >>> import torch
        >>> PowerSphericalPosterior(16, 3)(torch.randn(5, 16)).rsample((4,)).norm(dim=-1).shape
        torch.Size([4, 5])
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)
        self.concentration = Linear(in_features, 1)
        if latent_dim < 2:
            raise ArgumentError(f"latent_dim must be 2 or more for a sphere (2 is a circle), not {latent_dim}")

    def forward(self, features: Float[Tensor, "batch features"]) -> PowerSpherical:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        return PowerSpherical(
            F.normalize(self.head(features), dim=-1), F.softplus(self.concentration(features)).squeeze(-1)
        )
