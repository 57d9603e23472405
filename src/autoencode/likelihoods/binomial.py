"""8-bit values as counts of 255 coin flips."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Binomial, Independent

from autoencode.distributions.rescaled_counts import RescaledCounts
from autoencode.likelihoods.levels import check_levels
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods


@likelihoods.register("binomial")
class BinomialLikelihood(Likelihood):
    """A mass on 256 levels: how many of 255 coin flips came up; features are logits. Its spread is small and fixed.

    Args:
        data_shape: of one example.
        total_count: the largest count, which stands for white.
    """

    def __init__(self, data_shape: Sequence[int], total_count: int = 255) -> None:
        super().__init__(data_shape)
        self.total_count = total_count

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Binomials with these logits, event shape `data_shape`."""
        inner = RescaledCounts(Binomial(self.total_count, logits=features, validate_args=False), self.total_count)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is one of the levels."""
        check_levels(x, self.total_count, "binomial")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
