"""The likelihood behind the mean squared error."""

from collections.abc import Sequence

from torch import Tensor
from torch.distributions import Normal

from autoencode.likelihoods.likelihood import likelihoods
from autoencode.likelihoods.location_scale import LocationScaleLikelihood
from autoencode.likelihoods.scale import OptimalScale


@likelihoods.register("normal")
class NormalLikelihood(LocationScaleLikelihood):
    """Independent normals for real-valued data, with a scale learned for each channel; features are means.

    With `FixedScale(s)` the negative log-likelihood is squared error / (2 s²) plus a constant.

    Example:
        >>> import torch
        >>> from autoencode.likelihoods import FixedScale
        >>> p = NormalLikelihood((2,), FixedScale(1.0))(torch.zeros(5, 2))
        >>> p.log_prob(torch.zeros(5, 2))[0]
        tensor(-1.8379)
    """

    power = 2

    def density(self, loc: Tensor, scale: Tensor) -> Normal:
        """A normal."""
        return Normal(loc, scale, validate_args=False)


@likelihoods.register("normal-optimal")
def normal_optimal(data_shape: Sequence[int]) -> NormalLikelihood:
    """Independent normals with one scale, kept at its optimum in closed form (σ-VAE)."""
    return NormalLikelihood(data_shape, OptimalScale())
