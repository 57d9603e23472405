"""Densities of values between 0 and 1."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions import ContinuousBernoulli
from autoencode.distributions.stretched_beta import StretchedBeta
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_unit_interval, likelihoods


@likelihoods.register("continuous-bernoulli")
class ContinuousBernoulliLikelihood(Likelihood):
    """For values from 0 to 1: the Bernoulli cross-entropy with the normaliser of a density; features are logits.

    References:
        Loaiza-Ganem and Cunningham, "The continuous Bernoulli", NeurIPS 2019.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Continuous Bernoulli distributions with these logits, event shape `data_shape`."""
        inner = ContinuousBernoulli(features, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless all values are in [0, 1]."""
        check_unit_interval(x, "continuous Bernoulli")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY


@likelihoods.register("beta")
class BetaLikelihood(Likelihood):
    """For values from 0 to 1: beta densities; features are the logit of a mean and the log of a concentration.

    The support extends 1/510 beyond both ends, so that the densities of 0 and 1 are finite.

    References:
        Ferrari and Cribari-Neto, "Beta regression for modelling rates and proportions", Journal of Applied Statistics
        31, 2004, equation 4 (mean and precision).
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape, per_value=2)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Beta densities, event shape `data_shape`; features of 0 give the uniform density."""
        logit, log_concentration = features.chunk(2, dim=-len(self.data_shape))
        concentration = 2 * log_concentration.clamp(-5, 8).exp()
        inner = StretchedBeta(logit.clamp(-8, 8).sigmoid(), concentration)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless all values are in [0, 1]."""
        check_unit_interval(x, "beta")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY
