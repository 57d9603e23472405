"""Known features of each pixel together with a normal code of the whole picture."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Normal, constraints
from torch.distributions.kl import register_kl


class FeaturesAndNormal(Distribution):
    """Planes of features, which are certain, and planes of a normal code, each of one value everywhere.

    A value is (features + latent_dim, height, width). Densities, entropies and divergences are those of the code alone.

    Args:
        features: (batch, features, height, width).
        loc: means of the code, (batch, latent_dim).
        scale: its standard deviations, (batch, latent_dim).

    Example:
        >>> d = FeaturesAndNormal(torch.zeros(5, 3, 8, 8), torch.zeros(5, 2), torch.ones(5, 2))
        >>> d.batch_shape, d.event_shape, d.rsample((4,)).shape
        (torch.Size([5]), torch.Size([5, 8, 8]), torch.Size([4, 5, 5, 8, 8]))
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(
        self,
        features: Float[Tensor, "batch features height width"],
        loc: Float[Tensor, "batch latent"],
        scale: Float[Tensor, "batch latent"],
    ) -> None:
        self.features, self.code = features, Normal(loc, scale, validate_args=False)
        planes = features.shape[1] + loc.shape[1]
        super().__init__(features.shape[:1], torch.Size([planes, *features.shape[2:]]), validate_args=False)

    @property
    def support(self) -> constraints.Constraint:
        """Real numbers; whether planes of the code have one value is not checked."""
        return constraints.independent(constraints.real, 3)

    @property
    def mean(self) -> Tensor:
        """The features, and the mean of the code."""
        return self.at(self.code.loc)

    @property
    def variance(self) -> Tensor:
        """0 for features, and the variance of the code."""
        variance = self.code.variance[:, :, None, None].expand(-1, -1, *self.features.shape[2:])
        return torch.cat([torch.zeros_like(self.features), variance], 1)

    def at(self, code: Float[Tensor, "*leading batch latent"]) -> Float[Tensor, "*leading batch planes height width"]:
        """The features with this code.

        Args:
            code: of each picture of the batch.
        """
        leading, size = code.shape[:-1], self.features.shape[2:]
        features = self.features.expand(*leading, *self.features.shape[1:])
        return torch.cat([features, code[..., None, None].expand(*code.shape, *size).to(features.dtype)], -3)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of the code, with the features, (*sample_shape, batch, features + latent_dim, height, width)."""
        return self.at(self.code.rsample(torch.Size(sample_shape)))

    def log_prob(self, value: Float[Tensor, "*leading planes height width"]) -> Float[Tensor, "*leading"]:
        """log density of the code, in nats."""
        return self.code.log_prob(value[..., self.features.shape[1] :, 0, 0]).sum(-1)

    def entropy(self) -> Float[Tensor, " batch"]:
        """Of the code, in nats."""
        return self.code.entropy().sum(-1)


@register_kl(FeaturesAndNormal, FeaturesAndNormal)
def kl_of_codes(q: FeaturesAndNormal, p: FeaturesAndNormal) -> Float[Tensor, " batch"]:
    """KL of the codes in nats; the features of both are the same."""
    return torch.distributions.kl_divergence(q.code, p.code).sum(-1)
