"""The posterior of codes that are shares of a whole."""

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions.interior import InteriorDirichlet
from autoencode.errors import ArgumentError
from autoencode.nn.linear import Linear
from autoencode.posteriors.concentration import concentration
from autoencode.posteriors.posterior import Posterior


class DirichletPosterior(Posterior):
    """A Dirichlet distribution: codes are positive and sum to 1; concentrations are bent to stay above 0.1.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: shares in a code.

    Raises:
        ArgumentError: fewer than two shares.

    References:
        Joo, Lee, Park and Moon, "Dirichlet variational autoencoder", Pattern Recognition 2020, section 3. There draws
        are approximated by inverse gamma distribution functions; here gradients are implicit and exact.

    Example:
        >>> import torch
        >>> DirichletPosterior(256, 4)(torch.zeros(5, 256)).rsample((3,)).sum(-1).shape
        torch.Size([3, 5])
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)
        if latent_dim < 2:
            raise ArgumentError(f"shares of a whole are 2 or more, not {latent_dim}: raise latent_dim")

    def forward(self, features: Float[Tensor, "batch features"]) -> InteriorDirichlet:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        return InteriorDirichlet(concentration(self.head(features)), validate_args=False)
