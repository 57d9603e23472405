"""Likelihoods of counts, such as words, transcripts of cells or clicks."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Independent, NegativeBinomial, Poisson

from autoencode.likelihoods.levels import check_counts
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods

_MAX_LOG_RATE = 20.0  # e^20 is half a billion


@likelihoods.register("poisson")
class PoissonLikelihood(Likelihood):
    """For counts (read with --values raw): Poisson distributions; features are log rates, clamped to ±20."""

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Poisson distributions with these log rates, event shape `data_shape`."""
        rates = features.clamp(-_MAX_LOG_RATE, _MAX_LOG_RATE).exp()
        return Independent(Poisson(rates, validate_args=False), len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is a count."""
        check_counts(x, "Poisson")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS


@likelihoods.register("negative-binomial")
class NegativeBinomialLikelihood(Likelihood):
    """For overdispersed counts (read with --values raw): negative binomial distributions; features are log means.

    The variance is mean + mean² / θ, with one θ for each channel, or for each dimension of a vector.

    References:
        Lopez, Regier, Cole, Jordan and Yosef, "Deep generative modeling for single-cell transcriptomics", Nature
        Methods 15, 2018, without its zero inflation and library size.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)
        self.log_dispersion = nn.Parameter(torch.zeros(data_shape[0], *[1] * (len(data_shape) - 1)))

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Negative binomial distributions with these log means, event shape `data_shape`."""
        log_theta = self.log_dispersion.clamp(-10, 10).expand(features.shape)
        logits = features.clamp(-_MAX_LOG_RATE, _MAX_LOG_RATE) - log_theta  # of success: mean = θ e^logits
        inner = NegativeBinomial(log_theta.exp(), logits=logits, validate_args=False)
        return Independent(inner, len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each value is a count."""
        check_counts(x, "negative binomial")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A probability mass."""
        return LogProbKind.MASS
