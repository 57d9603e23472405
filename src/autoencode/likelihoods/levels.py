"""Likelihoods of 8-bit images: probability masses on 256 levels."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Binomial, Categorical, Independent, MixtureSameFamily

from autoencode.distributions import DiscretizedLogistic
from autoencode.distributions.rescaled_counts import RescaledCounts
from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite, check_unit_interval, likelihoods


def split_parameters(features: Float[Tensor, "..."], per_value: int, ndim: int) -> Float[Tensor, "..."]:
    """(*leading, channels · k, …) to (*leading, channels, …, k): the k features of each value on the last axis.

    Args:
        features: the decoder's output; the k features of a channel are `channels` apart.
        per_value: k.
        ndim: number of axes of one example.
    """
    axis = features.ndim - ndim
    return features.unflatten(axis, (per_value, -1)).movedim(axis, -1)


def check_levels(x: Tensor, max_count: int, likelihood_name: str) -> None:
    """Checks that each value is one of the levels 0, 1/max_count, …, 1.

    Raises:
        DataError: some are not.
    """
    check_unit_interval(x, likelihood_name)
    steps = x * max_count
    if (steps - steps.round()).abs().max() > 1e-3:
        raise DataError(
            f"the {likelihood_name} likelihood takes the {max_count + 1} levels 0, 1/{max_count}, … 1, and these data "
            "have values between them: round them, or use --likelihood continuous-bernoulli or normal"
        )


def check_counts(x: Tensor, likelihood_name: str) -> None:
    """Checks that each value is a whole number of 0 or more.

    Raises:
        DataError: some are not.
    """
    check_finite(x)
    if x.min() < 0 or bool((x != x.round()).any()):
        raise DataError(
            f"the {likelihood_name} likelihood takes counts (0, 1, 2, …), and these data have other values, from "
            f"{x.min().item():.4g} to {x.max().item():.4g}: read them with --values raw, or use --likelihood normal"
        )


@likelihoods.register("discretized-logistic")
class DiscretizedLogisticLikelihood(Likelihood):
    """For 8-bit images: a mass on 256 levels with a location and a scale for each value.

    Its bits per dimension are code lengths, comparable between models.

    References:
        Salimans et al., "PixelCNN++", ICLR 2017, equation 2, with one component.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape, per_value=2)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Discretized logistics, event shape `data_shape`; features of 0 give location 1/2 and scale e^−2."""
        loc, log_scale = features.chunk(2, dim=-len(self.data_shape))
        log_scale = torch.clamp(log_scale - 2, min=-7.0)  # the minimum of PixelCNN++: a quarter of a level
        inner = DiscretizedLogistic(loc + 0.5, log_scale, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    @property
    def n_levels(self) -> int:
        """256."""
        return DiscretizedLogistic.levels

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is one of the 256 levels."""
        check_levels(x, DiscretizedLogistic.levels - 1, "discretized logistic")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS


@likelihoods.register("mixture-of-discretized-logistics")
class MixtureOfDiscretizedLogisticsLikelihood(Likelihood):
    """For 8-bit images: a mass on 256 levels with several modes, a mixture of five discretized logistics.

    Channels are independent given the code; in PixelCNN++ green depends on red, and blue on both.

    Args:
        data_shape: shape of one example.
        components: of the mixture, 1 or more.

    Raises:
        ArgumentError: fewer than one component.

    References:
        Salimans, Karpathy, Chen and Kingma, "PixelCNN++", ICLR 2017, equations 1 and 2.
    """

    def __init__(self, data_shape: Sequence[int], components: int = 5) -> None:
        if components < 1:
            raise ArgumentError(f"components must be 1 or more, not {components}")
        super().__init__(data_shape, per_value=3 * components)
        self.components = components

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Mixtures, event shape `data_shape`; features of 0 give evenly spaced locations."""
        logits, loc, log_scale = split_parameters(features, 3 * self.components, len(self.data_shape)).chunk(3, -1)
        places = (torch.arange(self.components, dtype=loc.dtype, device=loc.device) + 0.5) / self.components
        parts = DiscretizedLogistic(loc + places, (log_scale - 2).clamp(-7.0, 5.0), validate_args=False)
        inner = MixtureSameFamily(Categorical(logits=logits, validate_args=False), parts, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    @property
    def n_levels(self) -> int:
        """256."""
        return DiscretizedLogistic.levels

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is one of the 256 levels."""
        check_levels(x, DiscretizedLogistic.levels - 1, "mixture of discretized logistics")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS


@likelihoods.register("categorical")
class CategoricalLikelihood(Likelihood):
    """For small 8-bit images: an unconstrained mass on 256 levels, with 256 features for each value.

    Args:
        data_shape: shape of one example.
        levels: number of levels: 256 for 8-bit images, 2 for black and white.

    References:
        van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016, section 3.3.
    """

    def __init__(self, data_shape: Sequence[int], levels: int = 256) -> None:
        super().__init__(data_shape, per_value=levels)
        self.levels = levels

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Categorical distributions with these logits, event shape `data_shape`."""
        logits = split_parameters(features, self.levels, len(self.data_shape))
        inner = RescaledCounts(Categorical(logits=logits, validate_args=False), self.levels - 1)
        return Independent(inner, len(self.data_shape), validate_args=False)

    @property
    def n_levels(self) -> int:
        """As many as it was made with."""
        return self.levels

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is one of the levels."""
        check_levels(x, self.levels - 1, "categorical")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS


@likelihoods.register("binomial")
class BinomialLikelihood(Likelihood):
    """For 8-bit images: a binomial mass on 256 levels, of small, fixed variance; features are logits.

    Args:
        data_shape: shape of one example.
        total_count: the largest count, the number of levels minus one.
    """

    def __init__(self, data_shape: Sequence[int], total_count: int = 255) -> None:
        super().__init__(data_shape)
        self.total_count = total_count

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Binomial distributions with these logits, event shape `data_shape`."""
        inner = RescaledCounts(Binomial(self.total_count, logits=features, validate_args=False), self.total_count)
        return Independent(inner, len(self.data_shape), validate_args=False)

    @property
    def n_levels(self) -> int:
        """One more than the largest count."""
        return self.total_count + 1

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is one of the levels."""
        check_levels(x, self.total_count, "binomial")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
