"""The posterior of codes between 0 and 1."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions.interior import InteriorBeta
from autoencode.nn.linear import Linear
from autoencode.posteriors.concentration import concentration
from autoencode.posteriors.posterior import Posterior


class BetaPosterior(Posterior):
    """A beta distribution for every latent dimension; its two concentrations are bent to stay above 0.1.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: numbers in a code.

    References:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, section 3.

    Example:
        >>> import torch
        >>> BetaPosterior(256, 2)(torch.zeros(5, 256)).event_shape
        torch.Size([2])
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, 2 * latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> Independent:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        concentration1, concentration0 = concentration(self.head(features)).chunk(2, -1)
        return Independent(InteriorBeta(concentration1, concentration0, validate_args=False), 1, validate_args=False)
