"""The Bernoulli's shape as a density on [0, 1]."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions import ContinuousBernoulli
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_unit_interval, likelihoods


@likelihoods.register("continuous-bernoulli")
class ContinuousBernoulliLikelihood(Likelihood):
    """Cross-entropy with the normaliser that makes it a density on [0, 1]; features are logits.

    References:
        Loaiza-Ganem and Cunningham, "The continuous Bernoulli", NeurIPS 2019.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Continuous Bernoulli with these logits, event shape `data_shape`."""
        inner = ContinuousBernoulli(features, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is in [0, 1]."""
        check_unit_interval(x, "continuous Bernoulli")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY
