"""The likelihood of binary data, and the cross-entropy that tutorials use for grey images."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function
from torch.distributions import Bernoulli, Independent
from torch.nn.functional import softplus

from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_unit_interval, likelihoods


@likelihoods.register("bernoulli")
class BernoulliLikelihood(Likelihood):
    """For binary data; features are logits. For grey values it is the cross-entropy of the tutorials, not a likelihood.

    Values between 0 and 1 are accepted, as in most VAE tutorials: `log_prob` is then minus the cross-entropy, which is
    not normalised. `log_prob_kind` says which of the two applies to a data set.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.1.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)

    def forward(self, features: Float[Tensor, "..."]) -> Independent:
        """Bernoulli distributions with these logits, event shape `data_shape`."""
        return Independent(_Bernoulli(logits=features, validate_args=False), len(self.data_shape), validate_args=False)

    @property
    def n_levels(self) -> int:
        """0 and 1."""
        return 2

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless all values are in [0, 1]."""
        check_unit_interval(x, "Bernoulli")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A mass for binary data, otherwise neither."""
        return LogProbKind.MASS if bool(((x == 0) | (x == 1)).all()) else LogProbKind.NEITHER


class _Bernoulli(Bernoulli):
    """PyTorch's, with a `log_prob` that does not copy the examples for each draw: 1.7 times as fast."""

    def log_prob(self, value: Tensor) -> Tensor:
        """x·l − log(1 + exp(l)), with l the logits."""
        return _LogProb.apply(value, self.logits)


class _LogProb(Function):
    """x·l − log(1 + exp(l)), with the gradient x − sigmoid(l): three passes over memory in place of seven."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, logits: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.save_for_backward(x, logits)
        return torch.addcmul(softplus(logits, threshold=40).neg_(), x, logits)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, Tensor]:  # pyright: ignore[reportIncompatibleMethodOverride]
        x, logits = ctx.saved_tensors
        to_x = (grad_output * logits).sum_to_size(x.shape) if ctx.needs_input_grad[0] else None
        return to_x, ((x - torch.sigmoid(logits)) * grad_output).sum_to_size(logits.shape)
