"""Posteriors of plain autoencoders: the code is a point."""

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions.point_mass import PointMass
from autoencode.nn.dense import Linear
from autoencode.posteriors.posterior import Posterior


class PointMassPosterior(Posterior):
    """A deterministic code: a linear layer on the encoder's features.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the latent code.

    Example:
        >>> import torch
        >>> PointMassPosterior(64, 8)(torch.zeros(5, 64)).mean.shape
        torch.Size([5, 8])
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> PointMass:
        """The point mass at the code, batch shape (batch,) and event shape (latent_dim,)."""
        return PointMass(self.head(features), event_ndim=1)


class IdentityPosterior(Posterior):
    """A deterministic code: the encoder's features themselves, of any shape.

    It has no weights, so a fully convolutional model with this code accepts images of any size.

    Args:
        latent_shape: shape of the features of one example.

    Example:
        >>> import torch
        >>> IdentityPosterior((16, 8, 8))(torch.zeros(5, 16, 8, 8)).mean.shape
        torch.Size([5, 16, 8, 8])
    """

    def forward(self, features: Float[Tensor, "batch ..."]) -> PointMass:
        """The point mass at the features, batch shape (batch,) and event shape `latent_shape`."""
        return PointMass(features, event_ndim=len(self.latent_shape))
