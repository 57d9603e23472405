"""Posteriors of codes between 0 and 1, of positive codes, and of proportions."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions.interior import InteriorBeta, InteriorDirichlet, InteriorGamma
from autoencode.errors import ArgumentError
from autoencode.nn.dense import Linear
from autoencode.nn.positive import concentration
from autoencode.posteriors.posterior import Posterior


class BetaPosterior(Posterior):
    """A beta distribution for each latent dimension; a softplus keeps both concentrations above 0.1.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the latent code.

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


class GammaPosterior(Posterior):
    """A gamma distribution for each latent dimension; a softplus keeps concentration and rate above 0.1.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the latent code.

    References:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, section 3.

    Example:
        >>> import torch
        >>> GammaPosterior(256, 2)(torch.zeros(5, 256)).event_shape
        torch.Size([2])
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, 2 * latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> Independent:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        shape, rate = concentration(self.head(features)).chunk(2, -1)
        return Independent(InteriorGamma(shape, rate, validate_args=False), 1, validate_args=False)


class DirichletPosterior(Posterior):
    """A Dirichlet distribution: codes are positive and sum to 1; a softplus keeps the concentrations above 0.1.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: proportions in a code, 2 or more.

    Raises:
        ArgumentError: fewer than two proportions.

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
            raise ArgumentError(f"latent_dim must be 2 or more for proportions that sum to 1, not {latent_dim}")

    def forward(self, features: Float[Tensor, "batch features"]) -> InteriorDirichlet:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        return InteriorDirichlet(concentration(self.head(features)), validate_args=False)
