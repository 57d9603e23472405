"""The posterior of a code of the whole picture beside features of each pixel."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions.features_and_normal import FeaturesAndNormal
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class FeaturesAndNormalPosterior(Posterior):
    """Planes of features, which are certain, and planes of the mean and log-scale of a normal code.

    It has no weights, so a fully convolutional model with this code accepts pictures of any size.

    Args:
        features: planes of features.
        latent_dim: numbers of the code.
        size: (height, width).

    Example:
        >>> import torch
        >>> q = FeaturesAndNormalPosterior(3, 2, (8, 8))(torch.zeros(5, 7, 8, 8))
        >>> q.event_shape, q.code.scale.shape
        (torch.Size([5, 8, 8]), torch.Size([5, 2]))
    """

    def __init__(self, features: int, latent_dim: int, size: Sequence[int]) -> None:
        super().__init__((features + latent_dim, *size))
        self.n_features, self.latent_dim = features, latent_dim

    def forward(self, features: Float[Tensor, "batch planes height width"]) -> FeaturesAndNormal:
        """q(z|x): planes are features, the mean and the log-scale of the code, whose planes have one value each."""
        known, numbers = features[:, : self.n_features], features[:, self.n_features :, 0, 0]
        loc, log_scale = numbers.chunk(2, 1)
        return FeaturesAndNormal(known, loc, bounded_exp(log_scale))
