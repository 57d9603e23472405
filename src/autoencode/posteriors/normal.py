"""Normal posteriors, with a diagonal or a full covariance."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent, MultivariateNormal, Normal

from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class DiagonalNormalPosterior(Posterior):
    """A normal with a mean and a standard deviation for each latent dimension.

    One linear layer gives the mean and the logarithm of the standard deviation (not of the variance). A tanh keeps the
    logarithm between −10 and 10, so that the scale is never zero or infinite.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the latent code.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, equation 9.

    Example:
        >>> q = DiagonalNormalPosterior(256, 2)(torch.zeros(5, 256))
        >>> q.rsample((3,)).shape, q.batch_shape, q.event_shape
        (torch.Size([3, 5, 2]), torch.Size([5]), torch.Size([2]))
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, 2 * latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> Independent:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        loc, log_scale = self.head(features).chunk(2, dim=-1)
        scale = bounded_exp(log_scale)
        return Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)


class FullCovarianceNormalPosterior(Posterior):
    """N(μ, LLᵀ) with L lower triangular and its diagonal positive.

        features ─► head ─► μ, log s, below ─► L = diag(s) (I + below / √d) ─► z = μ + L ε

    A tanh keeps the logarithm of s between −10 and 10, so that L is always invertible. Entries below the diagonal are
    scaled by s, and by 1/√d so that the variance of a fresh posterior does not grow with d.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: d, dimensions of the latent code; the head has d(d + 3)/2 rows.

    References:
        Kingma and Welling, "An introduction to variational autoencoders", 2019, section 2.5.1. There L is the sum of
        diag(σ) and a masked matrix; here the rows are scaled as well.

    Example:
        >>> q = FullCovarianceNormalPosterior(256, 3)(torch.zeros(5, 256))
        >>> q.batch_shape, q.event_shape
        (torch.Size([5]), torch.Size([3]))
    """

    tril_indices: Tensor

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, 2 * latent_dim + latent_dim * (latent_dim - 1) // 2)
        self.register_buffer("tril_indices", torch.tril_indices(latent_dim, latent_dim, -1), persistent=False)

    def forward(self, features: Float[Tensor, "batch features"]) -> MultivariateNormal:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        d = self.latent_shape[0]
        loc, log_scale, below = self.head(features).split([d, d, self.tril_indices.shape[1]], -1)
        scale = bounded_exp(log_scale)
        unit = torch.eye(d, dtype=scale.dtype, device=scale.device).repeat(*scale.shape[:-1], 1, 1)
        unit[..., self.tril_indices[0], self.tril_indices[1]] = below / d**0.5
        return MultivariateNormal(loc, scale_tril=scale[..., None] * unit, validate_args=False)
