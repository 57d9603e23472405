import math
from collections.abc import Callable

import pytest
import torch
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily, Normal

from autoencode.distributions import kl, kl_per_dimension
from autoencode.errors import CapabilityError, ShapeError
from autoencode.priors import StandardNormalPrior
from support.quadrature import integral
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def normal(loc: torch.Tensor, scale: torch.Tensor) -> Independent:
    return Independent(Normal(loc, scale), 1)


def mixture() -> MixtureSameFamily:
    parts = normal(torch.tensor([[-1.0], [2.0]]), torch.tensor([[0.7], [1.1]]))
    return MixtureSameFamily(Categorical(torch.tensor([0.4, 0.6])), parts)


def random_normal(batch: int, dim: int) -> Independent:
    return normal(torch.randn(batch, dim), torch.randn(batch, dim).exp())


def test_normals_have_the_closed_form() -> None:
    q, p = random_normal(5, 3), random_normal(5, 3)
    (m, s), (n, t) = (q.mean, q.stddev), (p.mean, p.stddev)
    by_hand = (t.log() - s.log() + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5).sum(-1)
    assert torch.allclose(kl(q, p, q.rsample((1,))), by_hand, rtol=1e-12)


def test_closed_form_agrees_with_draws() -> None:
    q, p = random_normal(5, 3), StandardNormalPrior(3)()
    z = q.sample((20_000,))
    assert_mean(q.log_prob(z) - p.log_prob(z), kl(q, p, z[:1]))


def test_closed_form_reads_no_draws() -> None:
    q, p = random_normal(5, 3), StandardNormalPrior(3)()
    assert torch.equal(kl(q, p, torch.full((1, 5, 3), math.nan)), kl(q, p, torch.zeros(1, 5, 3)))


def test_is_zero_between_equals_and_positive_otherwise() -> None:
    q = random_normal(50, 3)
    assert kl(q, q, q.rsample((1,))).abs().max() < 1e-12
    assert (kl(q, random_normal(50, 3), q.rsample((1,))) > 0).all()


def test_without_closed_form_it_is_unbiased() -> None:
    q, p = normal(torch.tensor([[0.3]]), torch.tensor([[0.8]])), mixture()
    exact = integral(lambda x: ratio(q, p, x) * q.log_prob(x[:, None]).exp(), [-10, -1, 1, 10])
    z = q.sample((20_000,))
    single = kl(q.expand((20_000,)), p, z.transpose(0, 1))
    assert_mean(single, exact)
    assert torch.allclose(kl(q, p, z), single.mean(), rtol=1e-12)


def ratio(q: Distribution, p: Distribution, x: torch.Tensor) -> torch.Tensor:
    return q.log_prob(x[:, None]) - p.log_prob(x[:, None])


def test_a_single_draw_can_be_negative() -> None:
    q = random_normal(100, 1)
    assert (kl(q, mixture(), q.sample((1,))) < 0).any()


def test_without_closed_form_gradients_reach_the_posterior() -> None:
    loc = torch.zeros(5, 1, requires_grad=True)
    q = normal(loc, torch.ones(5, 1))
    kl(q, mixture(), q.rsample((3,))).sum().backward()
    assert (loc.grad != 0).all()


def test_is_one_number_for_each_example() -> None:
    q = random_normal(5, 1)
    for p in (mixture(), StandardNormalPrior(1)()):
        assert kl(q, p, q.sample((7,))).shape == (5,)


@pytest.mark.parametrize("prior", [StandardNormalPrior(1), mixture], ids=["closed form", "fallback"])
def test_another_event_shape_is_an_error(prior: Callable[[], Distribution]) -> None:
    q = random_normal(5, 3)
    with pytest.raises(ShapeError, match=r"codes of shape \(3,\), and the prior of \(1,\).*latent_dim"):
        kl(q, prior(), q.sample((1,)))


def test_the_terms_of_the_dimensions_sum_to_the_whole() -> None:
    q, p = random_normal(5, 3), StandardNormalPrior(3)()
    terms = kl_per_dimension(q, p)
    assert terms.shape == (5, 3)
    assert torch.allclose(terms.sum(-1), kl(q, p, q.sample((1,))), rtol=1e-12)
    assert torch.allclose(terms, 0.5 * (q.mean**2 + q.variance - 1 - q.variance.log()), atol=1e-12)


def test_what_does_not_factorise_has_no_terms() -> None:
    with pytest.raises(CapabilityError, match=r"factorise over dimensions, not Normal and Mixture.*free_bits=0"):
        kl_per_dimension(random_normal(5, 1), mixture())
