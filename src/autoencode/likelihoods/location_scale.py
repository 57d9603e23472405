"""Likelihoods on the real line with a location and a scale: normal (squared error) and Laplace (absolute error)."""

from abc import abstractmethod
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent, Laplace, Normal

from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite, likelihoods
from autoencode.likelihoods.scale import LearnedScale, OptimalScale, Scale


class LocationScaleLikelihood(Likelihood):
    """A density on the real line whose features are locations and whose spread is a `Scale`.

    Args:
        data_shape: of one example.
        scale: `FixedScale`, `LearnedScale` (the default) or `OptimalScale`.
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
        """Tells the scale of the residuals."""
        self.scale.adapt(target - features, self.power)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is finite."""
        check_finite(x)

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY


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


@likelihoods.register("laplace")
class LaplaceLikelihood(LocationScaleLikelihood):
    """Independent Laplace densities, less moved by single wrong values than normals; features are medians."""

    power = 1

    def density(self, loc: Tensor, scale: Tensor) -> Laplace:
        """A Laplace density."""
        return Laplace(loc, scale, validate_args=False)
