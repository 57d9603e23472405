"""The posterior of the original variational autoencoder."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.nn.linear import Linear
from autoencode.posteriors.posterior import Posterior

_BOUND = 10.0


class DiagonalNormalPosterior(Posterior):
    """A normal with its own mean and standard deviation for every latent dimension.

    One linear layer gives the mean and the logarithm of the standard deviation (not of the variance). That logarithm is
    bent smoothly to stay between −10 and 10, so that no feature can make the scale zero or infinite.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: numbers in a code.

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
        scale = torch.exp(_BOUND * torch.tanh(log_scale / _BOUND))
        return Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
