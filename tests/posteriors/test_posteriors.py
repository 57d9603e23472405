import pytest
import torch

from autoencode.posteriors import DiagonalNormalPosterior, IdentityPosterior, PointMassPosterior
from support.statistics import assert_mean

POSTERIORS = [DiagonalNormalPosterior, PointMassPosterior]


@pytest.mark.parametrize("kind", POSTERIORS)
def test_shapes(kind) -> None:
    posterior = kind(6, 3)
    q = posterior(torch.randn(5, 6))
    assert posterior.latent_shape == (3,)
    assert (q.batch_shape, q.event_shape) == ((5,), (3,))
    assert q.rsample((4,)).shape == (4, 5, 3)


@pytest.mark.parametrize("kind", POSTERIORS)
def test_gradients_go_through_draws_to_every_weight(kind) -> None:
    posterior = kind(6, 3)
    (posterior(torch.randn(5, 6)).rsample((4,)) ** 2).sum().backward()
    assert all((weight.grad != 0).all() for weight in posterior.parameters())


def set_to(loc: float, log_scale: float) -> DiagonalNormalPosterior:
    posterior = DiagonalNormalPosterior(1, 1)
    posterior.head.weight.data.zero_()
    posterior.head.bias.data = torch.tensor([loc, log_scale], dtype=torch.float64)
    return posterior.double()


@pytest.mark.parametrize("log_scale", [-2.0, -0.5, 0.0, 1.0])
def test_the_head_gives_a_mean_and_the_logarithm_of_a_standard_deviation(log_scale: float) -> None:
    q = set_to(1.5, log_scale)(torch.zeros(1, 1).double())
    bent = 10 * torch.tensor(log_scale / 10, dtype=torch.float64).tanh()
    assert q.mean.item() == 1.5
    assert abs(q.stddev.log().item() - bent) < 1e-12
    draws = q.sample((20_000,))[:, 0, 0]
    assert_mean(draws, 1.5)
    assert_mean((draws - 1.5) ** 2, (2 * bent).exp())


@pytest.mark.parametrize("log_scale", [-1e6, -100.0, 100.0, 1e6])
def test_no_feature_makes_the_scale_zero_or_infinite(log_scale: float) -> None:
    q = set_to(0.0, log_scale)(torch.zeros(1, 1).double())
    assert 4e-5 < q.stddev < 2.3e4
    assert q.entropy().isfinite().all()


def test_a_fresh_scale_is_of_order_one() -> None:
    q = DiagonalNormalPosterior(256, 32)(torch.randn(100, 256))
    assert 0.5 < q.stddev.median() < 2


def test_a_point_mass_is_linear_in_the_features() -> None:
    posterior, features = PointMassPosterior(6, 3), torch.randn(5, 6)
    assert torch.equal(posterior(features).mean, posterior.head(features))


def test_an_identity_posterior_is_the_features_as_they_are() -> None:
    features = torch.randn(5, 3, 4, 7, requires_grad=True)
    posterior = IdentityPosterior((3, 4, 7))
    q = posterior(features)
    assert (q.batch_shape, q.event_shape) == ((5,), (3, 4, 7))
    assert q.mean is features
    assert not list(posterior.parameters())
    (q.rsample((2,)) ** 2).sum().backward()
    assert torch.equal(features.grad, 4 * features)
