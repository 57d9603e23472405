"""The likelihood of 8-bit pictures with several guesses for each value."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily

from autoencode.distributions import DiscretizedLogistic
from autoencode.errors import ArgumentError
from autoencode.likelihoods.levels import check_levels, split_parameters
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods


@likelihoods.register("mixture-of-discretized-logistics")
class MixtureOfDiscretizedLogisticsLikelihood(Likelihood):
    """A mass on 256 levels that can have several peaks: five discretized logistics, each with weight, place and scale.

    Channels are independent given the code; PixelCNN++ lets green depend on red and blue on both.

    Args:
        data_shape: of one example.
        components: of the mixture.

    References:
        Salimans, Karpathy, Chen and Kingma, "PixelCNN++", ICLR 2017, equations 1 and 2.
    """

    def __init__(self, data_shape: Sequence[int], components: int = 5) -> None:
        if components < 1:
            raise ArgumentError(f"a mixture has 1 component or more, not {components}")
        super().__init__(data_shape, per_value=3 * components)
        self.components = components

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Mixtures, event shape `data_shape`; with features of 0 they stand at even distances from black to white."""
        logits, loc, log_scale = split_parameters(features, 3 * self.components, len(self.data_shape)).chunk(3, -1)
        places = (torch.arange(self.components, dtype=loc.dtype, device=loc.device) + 0.5) / self.components
        parts = DiscretizedLogistic(loc + places, (log_scale - 2).clamp(-7.0, 5.0), validate_args=False)
        inner = MixtureSameFamily(Categorical(logits=logits, validate_args=False), parts, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is one of the 256 levels."""
        check_levels(x, DiscretizedLogistic.levels - 1, "mixture of discretized logistics")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
