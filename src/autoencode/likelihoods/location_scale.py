"""Likelihoods on the real line with a location and a scale: normal (squared error) and Laplace (absolute error)."""

from abc import abstractmethod
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent, Laplace, Normal

from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite, likelihoods
from autoencode.likelihoods.scale import LearnedScale, OptimalScale, Scale


class LocationScaleLikelihood(Likelihood):
    """A density on the real line; features are locations, and the scale is a module.

    Args:
        data_shape: shape of one example.
        scale: a `FixedScale`, `LearnedScale` (the default) or `OptimalScale`.
    """

    power: int
    """The optimal scale is (mean |x − loc|^power)^(1/power)."""

    def __init__(self, data_shape: Sequence[int], scale: Scale | None = None) -> None:
        super().__init__(data_shape)
        self.scale = LearnedScale(data_shape) if scale is None else scale

    @abstractmethod
    def density(self, loc: Tensor, scale: Tensor) -> Distribution:
        """The density of single values."""
        raise NotImplementedError

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """The density with these locations, event shape `data_shape`."""
        scale = self.scale(self.power).expand(features.shape)
        return Independent(self.density(features, scale), len(self.data_shape), validate_args=False)

    def adapt(self, features: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> None:
        """Updates the scale with the residuals."""
        self.scale.adapt(target - features, self.power)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless all values are finite."""
        check_finite(x)

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY


@likelihoods.register("normal")
class NormalLikelihood(LocationScaleLikelihood):
    """For real values: normal distributions with a scale learned for each channel; features are means.

    With `FixedScale(s)`, −log p is squared error / (2 s²) plus a constant.

    Example:
        >>> import torch
        >>> from autoencode.likelihoods import FixedScale
        >>> p = NormalLikelihood((2,), FixedScale(1.0))(torch.zeros(5, 2))
        >>> p.log_prob(torch.zeros(5, 2))[0]
        tensor(-1.8379)
    """

    power = 2

    def density(self, loc: Tensor, scale: Tensor) -> Normal:
        """A normal density."""
        return Normal(loc, scale, validate_args=False)


@likelihoods.register("normal-optimal")
def normal_optimal(data_shape: Sequence[int]) -> NormalLikelihood:
    """For real values: normal distributions with one scale, kept at its closed-form optimum (σ-VAE)."""
    return NormalLikelihood(data_shape, OptimalScale())


@likelihoods.register("laplace")
class LaplaceLikelihood(LocationScaleLikelihood):
    """For real values with outliers: Laplace distributions (absolute error); features are medians."""

    power = 1

    def density(self, loc: Tensor, scale: Tensor) -> Laplace:
        """A Laplace density."""
        return Laplace(loc, scale, validate_args=False)
