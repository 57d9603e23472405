"""A free mass on the levels of a picture."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical, Independent

from autoencode.distributions.rescaled_counts import RescaledCounts
from autoencode.likelihoods.levels import check_levels, split_parameters
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods


@likelihoods.register("categorical")
class CategoricalLikelihood(Likelihood):
    """A mass on each of 256 levels with nothing assumed of its shape; 256 features a value, so small pictures only.

    Args:
        data_shape: of one example.
        levels: how many there are: 256 for 8-bit pictures, 2 for black and white.

    References:
        van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016, section 3.3.
    """

    def __init__(self, data_shape: Sequence[int], levels: int = 256) -> None:
        super().__init__(data_shape, per_value=levels)
        self.levels = levels

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Masses with these logits, event shape `data_shape`."""
        logits = split_parameters(features, self.levels, len(self.data_shape))
        inner = RescaledCounts(Categorical(logits=logits, validate_args=False), self.levels - 1)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is one of the levels."""
        check_levels(x, self.levels - 1, "categorical")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
