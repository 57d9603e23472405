"""Posteriors that know correlations reach what a diagonal normal cannot."""

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from autoencode.distributions import kl
from autoencode.posteriors import (
    BetaPosterior,
    DiagonalNormalPosterior,
    FlowPosterior,
    FullCovarianceNormalPosterior,
    GammaPosterior,
    Posterior,
    PowerSphericalPosterior,
)
from support.optimise import minimise

pytestmark = pytest.mark.usefixtures("double")


def target() -> MultivariateNormal:
    return MultivariateNormal(torch.tensor([0.5, -1.0]), torch.tensor([[1.0, 0.7], [0.7, 0.8]]))


def best(posterior: Posterior, iterations: int = 300) -> float:
    """The smallest KL(q ‖ target) that the posterior's head can reach, by draws with fixed noise where needed."""
    features = torch.ones(1, 1)

    def loss() -> Tensor:
        torch.manual_seed(0)
        q = posterior(features)
        return kl(q, target(), q.rsample((2_000,))).mean()

    return minimise(loss, posterior.parameters(), iterations)


def test_full_covariance_is_exact_where_diagonal_is_not() -> None:
    assert best(FullCovarianceNormalPosterior(1, 2)) == pytest.approx(0, abs=1e-8)
    # A diagonal normal's best is ½ log(Π precision_ii / det precision): Bishop 2006, section 10.1.2.
    precision = target().precision_matrix
    wanted = 0.5 * (precision.diagonal().log().sum() - torch.logdet(precision))
    assert best(DiagonalNormalPosterior(1, 2)) == pytest.approx(wanted.item(), rel=0.1)


def test_a_flow_is_nearly_exact() -> None:
    assert abs(best(FlowPosterior(1, 2, "iaf", 1, 8), 100)) < 0.02


@pytest.mark.parametrize(
    "make",
    [
        lambda: FullCovarianceNormalPosterior(6, 3),
        lambda: FlowPosterior(6, 3, "iaf", 2, 8),
        lambda: BetaPosterior(6, 3),
        lambda: GammaPosterior(6, 3),
        lambda: PowerSphericalPosterior(6, 3),
    ],
    ids=["full covariance", "flow", "beta", "gamma", "power spherical"],
)
def test_gradients_go_through_draws_to_every_weight(make) -> None:
    posterior = make()
    with torch.no_grad():
        for weight in posterior.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    (posterior(torch.randn(5, 6)).rsample((4,)) ** 3).sum().backward()
    assert all((weight.grad != 0).any() for weight in posterior.parameters())
    assert (posterior.head.weight.grad != 0).any(1).all()


@pytest.mark.parametrize("raw", [-1e6, 1e6])
def test_no_feature_makes_a_full_covariance_singular(raw: float) -> None:
    posterior = FullCovarianceNormalPosterior(1, 3)
    torch.nn.init.constant_(posterior.head.bias, raw)
    torch.nn.init.zeros_(posterior.head.weight)
    posterior.head.bias.data[6:] = 1.0
    q = posterior(torch.zeros(2, 1))
    assert q.entropy().isfinite().all()
    assert (q.scale_tril.diagonal(dim1=-2, dim2=-1) > 4e-5).all()
    assert (q.scale_tril.triu(1) == 0).all()


def test_a_fresh_full_covariance_is_of_order_one_however_long_the_code() -> None:
    q = FullCovarianceNormalPosterior(256, 64)(torch.randn(20, 256))
    assert 0.5 < q.stddev.median() < 2


def test_the_head_gives_correlations_of_either_sign() -> None:
    posterior = FullCovarianceNormalPosterior(1, 2)
    torch.nn.init.zeros_(posterior.head.weight)
    posterior.head.bias.data = torch.tensor([0.0, 0.0, 0.0, 0.0, -1.0])
    q = posterior(torch.zeros(1, 1))
    assert torch.allclose(q.covariance_matrix[0], torch.tensor([[1.0, -(0.5**0.5)], [-(0.5**0.5), 1.5]]))
