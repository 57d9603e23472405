"""The importance-weighted estimate of log p(x|context), for a model whose p(x|context) is known."""

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from autoencode.encoders import DenseEncoder
from autoencode.evaluation.importance import log_likelihoods
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import Conditional
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


class ContextDecoder(Conditional):
    """Says back its context, shifted by the code."""

    def forward(self, *args: Tensor) -> Tensor:
        z, context = args
        return z.sum(-1, keepdim=True) + context


def test_the_weights_are_unbiased_given_the_context() -> None:
    model = Autoencoder(
        encoder=DenseEncoder((3,), [3]),
        posterior=DiagonalNormalPosterior(3, 2),
        prior=StandardNormalPrior(2),
        decoder=ContextDecoder(),
        likelihood=NormalLikelihood((3,), FixedScale(1.0)),
    )
    x, context = torch.randn(1, 3), 2 + torch.randn(1, 3)
    exact = MultivariateNormal(context[0], torch.eye(3) + 2 * torch.ones(3, 3)).log_prob(x[0])
    with torch.no_grad():
        ratios = torch.cat([(log_likelihoods(model, x, 50, context) - exact).exp() for _ in range(2000)])
    assert_mean(ratios, 1.0)
