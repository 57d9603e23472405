"""The likelihood of 8-bit pictures."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from autoencode.distributions import DiscretizedLogistic
from autoencode.likelihoods.levels import check_levels
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods


@likelihoods.register("discretized-logistic")
class DiscretizedLogisticLikelihood(Likelihood):
    """A mass on the 256 levels of 8-bit pictures, with a scale for every value; features are locations and scales.

    Bits per dimension of this likelihood are true code lengths, comparable between models.

    References:
        Salimans et al., "PixelCNN++", ICLR 2017, equation 2, with one component.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape, per_value=2)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Discretized logistics, event shape `data_shape`; a feature of 0 is location 1/2 and scale e^−2."""
        loc, log_scale = features.chunk(2, dim=-len(self.data_shape))
        log_scale = torch.clamp(log_scale - 2, min=-7.0)  # PixelCNN++'s floor: a scale of a quarter of a grey level
        inner = DiscretizedLogistic(loc + 0.5, log_scale, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is one of the 256 levels."""
        check_levels(x, DiscretizedLogistic.levels - 1, "discretized logistic")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
