import math

import numpy as np
import pytest
import torch
from scipy import stats
from torch.distributions import Beta, Dirichlet, Gamma, Independent, kl_divergence

from autoencode.distributions import InteriorBeta, InteriorDirichlet, InteriorGamma, kl, kl_per_dimension
from autoencode.posteriors import BetaPosterior, DirichletPosterior, GammaPosterior
from autoencode.priors import BetaPrior, DirichletPrior, GammaPrior
from support.quadrature import integral
from support.statistics import assert_mean, assert_uniform

T = torch.float64
A, B = torch.tensor([0.3, 1.0, 4.0, 50.0], dtype=T), torch.tensor([0.7, 1.0, 0.5, 80.0], dtype=T)


def test_densities_are_scipy_s() -> None:
    x = torch.tensor([0.01, 0.3, 0.8, 0.4], dtype=T)
    assert np.allclose(InteriorBeta(A, B).log_prob(x), stats.beta(A, B).logpdf(x), rtol=1e-12)
    assert np.allclose(InteriorGamma(A, B).log_prob(x), stats.gamma(A, scale=1 / B).logpdf(x), rtol=1e-12)
    shares = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=T)
    assert np.allclose(InteriorDirichlet(A).log_prob(shares), stats.dirichlet(A.numpy()).logpdf(shares.numpy()))


def test_draws_follow_them() -> None:
    for i in range(4):
        a, b = A[i], B[i]
        z = InteriorBeta(a, b).sample((5_000,))
        assert_uniform(torch.as_tensor(stats.beta(a, b).cdf(z)))
        z = InteriorGamma(a, b).sample((5_000,))
        assert_uniform(torch.as_tensor(stats.gamma(a, scale=1 / b).cdf(z)))


def priors() -> list[tuple[torch.distributions.Distribution, torch.distributions.Distribution]]:
    one = BetaPrior(4, 2.0, 0.8).to(T)()
    two = GammaPrior(4, 0.3, 0.4).to(T)()
    three = DirichletPrior(4, 0.7).to(T)()
    return [
        (Independent(InteriorBeta(A[None], B[None]), 1), one),
        (Independent(InteriorGamma(A[None], B[None]), 1), two),
        (InteriorDirichlet(A[None]), three),
    ]


@pytest.mark.parametrize("i", range(3), ids=["beta", "gamma", "dirichlet"])
def test_divergences_agree_with_draws(i: int) -> None:
    q, p = priors()[i]
    z = q.sample((40_000,))
    assert_mean((q.log_prob(z) - p.log_prob(z))[:, 0], kl(q, p, z[:1])[0])


def test_divergences_by_dimension_and_by_quadrature() -> None:
    q, p = Independent(InteriorBeta(A[None, 1:], B[None, 1:]), 1), BetaPrior(3).to(T)()
    terms = kl_per_dimension(q, p)
    assert terms.shape == (1, 3)
    single = InteriorBeta(A[3], B[3])
    wanted = integral(lambda x: single.log_prob(x).exp() * single.log_prob(x), [0, 0.2, 0.38, 0.6, 1])
    assert torch.allclose(terms[0, 2], wanted, rtol=1e-9)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e6])
def test_float32_keeps_its_digits_however_narrow(size: float) -> None:
    a, b = torch.tensor([0.3 * size]), torch.tensor([0.7 * size])
    z = torch.tensor([0.3])
    pairs = [
        (InteriorBeta(a, b), InteriorBeta(torch.ones(1), torch.ones(1)), Beta, (a, b)),
        (InteriorGamma(a, b), InteriorGamma(torch.ones(1), torch.ones(1)), Gamma, (a, b)),
    ]
    for q, p, plain, parameters in pairs:
        exact = plain(*(x.double() for x in parameters))
        other = plain(torch.ones(1, dtype=T), torch.ones(1, dtype=T))
        assert torch.allclose(kl_divergence(q, p).double(), kl_divergence(exact, other), rtol=1e-6)
        assert torch.allclose(q.log_prob(z).double(), exact.log_prob(z.double()), rtol=1e-6)
        assert q.log_prob(z).dtype == torch.float32
    q, p = InteriorDirichlet(torch.cat([a, b])), Dirichlet(torch.ones(2))
    exact = kl_divergence(Dirichlet(torch.cat([a, b]).double()), Dirichlet(torch.ones(2, dtype=T)))
    assert torch.allclose(kl_divergence(q, p).double(), exact, rtol=1e-6)


def test_implicit_gradients_are_those_of_the_mean() -> None:
    """∂E[z²]/∂a by draws, and in closed form: E[z²] = a (a + 1) / ((a + b) (a + b + 1)) for the beta distribution."""
    a = torch.full((20_000,), 0.8, dtype=T, requires_grad=True)
    by_draw = torch.autograd.grad((InteriorBeta(a, torch.full_like(a, 1.7)).rsample() ** 2).sum(), a)[0]
    single = torch.tensor(0.8, dtype=T, requires_grad=True)
    exact = torch.autograd.grad(single * (single + 1) / ((single + 1.7) * (single + 2.7)), single)[0]
    assert_mean(by_draw, exact)
    rate = torch.full((20_000,), 1.3, dtype=T, requires_grad=True)
    by_draw = torch.autograd.grad((InteriorGamma(torch.full_like(rate, 0.8), rate).rsample() ** 2).sum(), rate)[0]
    assert_mean(by_draw, -2 * 0.8 * 1.8 / 1.3**3)


@pytest.mark.parametrize("kind", [BetaPosterior, GammaPosterior, DirichletPosterior])
@pytest.mark.parametrize("raw", [-1e6, -20.0, 0.0, 20.0, 1e6])
def test_no_feature_makes_a_draw_an_edge_or_a_gradient_infinite(kind, raw: float) -> None:
    posterior = kind(1, 3)
    torch.nn.init.zeros_(posterior.head.weight)
    torch.nn.init.constant_(posterior.head.bias, raw)
    q = posterior(torch.zeros(2_000, 1))
    z = q.rsample((5,))
    assert (z > 0).all()
    assert z.isfinite().all()
    if kind is BetaPosterior:
        assert (z < 1).all()
    log_prob = q.log_prob(z)
    assert log_prob.isfinite().all()
    (z.sum() + log_prob.sum()).backward()
    assert posterior.head.bias.grad.isfinite().all()


@pytest.mark.parametrize("kind", [BetaPosterior, GammaPosterior, DirichletPosterior])
def test_a_fresh_posterior_is_near_a_flat_prior(kind) -> None:
    prior = {BetaPosterior: BetaPrior, GammaPosterior: GammaPrior, DirichletPosterior: DirichletPrior}[kind](3)()
    posterior = kind(1, 3)
    torch.nn.init.zeros_(posterior.head.weight)
    torch.nn.init.zeros_(posterior.head.bias)
    q = posterior(torch.zeros(2, 1))
    assert kl(q, prior, q.sample((1,))).abs().max() < 1e-5


def test_priors_refuse_what_has_no_meaning() -> None:
    for make in (lambda: BetaPrior(2, 0.0), lambda: GammaPrior(2, rate=-1.0), lambda: DirichletPrior(2, 0.0)):
        with pytest.raises(ValueError, match="above 0"):
            make()
    with pytest.raises(ValueError, match=r"2 or more .*, not 1"):
        DirichletPosterior(4, 1)


def test_the_uniform_prior_is_uniform() -> None:
    assert BetaPrior(3)().log_prob(torch.rand(5, 3)).abs().max() < 1e-6
    assert math.isclose(DirichletPrior(3)().log_prob(torch.full((3,), 1 / 3)).item(), math.log(2), rel_tol=1e-6)


def test_the_head_s_first_half_draws_towards_one() -> None:
    posterior = BetaPosterior(1, 2)
    torch.nn.init.zeros_(posterior.head.weight)
    posterior.head.bias.data = torch.tensor([3.0, 0.0, 0.0, 3.0])
    mean = posterior(torch.zeros(1, 1)).mean[0]
    assert mean[0] > 0.7
    assert mean[1] < 0.3
