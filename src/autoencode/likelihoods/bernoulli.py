"""The likelihood of binary data, and the cross-entropy that tutorials use for grey pictures."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Independent
from torch.nn.functional import softplus

from autoencode.likelihoods.likelihood import Likelihood, Measure, check_unit_interval, likelihoods


@likelihoods.named("bernoulli")
class BernoulliLikelihood(Likelihood):
    """Independent coin flips; features are logits. On grey values it is a cross-entropy, not a likelihood.

    Values between 0 and 1 are accepted, as every VAE tutorial does: `log_prob` is then minus the cross-entropy, whose
    normaliser is missing. `measure` says which of the two a data set gets.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.1.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Bernoulli with these logits, event shape `data_shape`."""
        return Independent(_Bernoulli(logits=features, validate_args=False), len(self.data_shape), validate_args=False)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless every value is in [0, 1]."""
        check_unit_interval(x, "Bernoulli")

    def measure(self, x: Float[Tensor, "batch ..."]) -> Measure:
        """A mass on binary data, else neither."""
        return Measure.MASS if bool(((x == 0) | (x == 1)).all()) else Measure.NEITHER


class _Bernoulli(Bernoulli):
    """PyTorch's, whose `log_prob` copies the examples for every draw first; this one is 1.7 times as fast."""

    def log_prob(self, value: Tensor) -> Tensor:
        """x·l − log(1 + exp(l)), with l the logits."""
        return value * self.logits - softplus(self.logits, threshold=40)
