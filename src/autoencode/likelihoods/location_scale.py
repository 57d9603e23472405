"""What the likelihoods with a location and a scale on the real line share."""

from abc import abstractmethod
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent

from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite
from autoencode.likelihoods.scale import LearnedScale, Scale


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
