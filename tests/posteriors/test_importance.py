"""Every posterior against the exact log p(x) of a small model, which its prior gives by quadrature or enumeration."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from autoencode.decoders import DenseDecoder
from autoencode.distributions import kl
from autoencode.encoders import DenseEncoder
from autoencode.evaluation.importance import log_likelihoods
from autoencode.likelihoods import BernoulliLikelihood
from autoencode.model import Autoencoder
from autoencode.posteriors import (
    BernoulliPosterior,
    BetaPosterior,
    CategoricalPosterior,
    DirichletPosterior,
    FlowPosterior,
    FullCovarianceNormalPosterior,
    GammaPosterior,
    Posterior,
    PowerSphericalPosterior,
)
from autoencode.priors import (
    BernoulliPrior,
    BetaPrior,
    CategoricalPrior,
    DirichletPrior,
    GammaPrior,
    HypersphericalUniformPrior,
    Prior,
    StandardNormalPrior,
)
from support.quadrature import nodes
from support.statistics import assert_at_most, assert_mean

pytestmark = pytest.mark.usefixtures("double")

Space = tuple[Tensor, Tensor]
"""Codes, and the logarithms of how much of the space each stands for."""
FEATURES = 6


def line(low: float, high: float) -> Space:
    x, w = nodes(low, high, 200)
    return x[:, None], w.log()


def plane() -> Space:
    x, w = nodes(-9, 9, 80)
    grid = torch.stack(torch.meshgrid(x, x, indexing="ij"), -1).reshape(-1, 2)
    return grid, (w[:, None] * w).log().flatten()


def circle() -> Space:
    angle = torch.arange(200) * (2 * math.pi / 200)
    return torch.stack([angle.cos(), angle.sin()], -1), torch.full((200,), math.log(2 * math.pi / 200))


def two_shares() -> Space:
    share, log_weight = line(0, 1)
    return torch.cat([share, 1 - share], 1), log_weight


def bits() -> Space:
    codes = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))
    return codes, torch.zeros(len(codes))


def classes() -> Space:
    codes = torch.stack([torch.cat([a, b]) for a, b in itertools.product(torch.eye(3), repeat=2)])
    return codes, torch.zeros(len(codes))


CASES: dict[str, tuple[Callable[[], Posterior], Callable[[], Prior], Callable[[], Space]]] = {
    "full covariance": (
        lambda: FullCovarianceNormalPosterior(FEATURES, 2),
        lambda: StandardNormalPrior(2),
        plane,
    ),
    "flow": (lambda: FlowPosterior(FEATURES, 2, "iaf", 2, 8), lambda: StandardNormalPrior(2), plane),
    "beta": (lambda: BetaPosterior(FEATURES, 1), lambda: BetaPrior(1, 2.0, 3.0), lambda: line(0, 1)),
    "gamma": (lambda: GammaPosterior(FEATURES, 1), lambda: GammaPrior(1, 2.0, 1.5), lambda: line(0, 40)),
    "dirichlet": (lambda: DirichletPosterior(FEATURES, 2), lambda: DirichletPrior(2, 2.0), two_shares),
    "power spherical": (
        lambda: PowerSphericalPosterior(FEATURES, 2),
        lambda: HypersphericalUniformPrior(2),
        circle,
    ),
    "bernoulli": (lambda: BernoulliPosterior(FEATURES, 4), lambda: BernoulliPrior(4, 0.3), bits),
    "categorical": (lambda: CategoricalPosterior(FEATURES, 2, 3), lambda: CategoricalPrior(2, 3), classes),
}
every_case = pytest.mark.parametrize("name", CASES)


def made(name: str) -> tuple[Autoencoder, Tensor, Tensor]:
    """A model in evaluation mode, an example and the exact log p of it."""
    posterior, prior, space = (make() for make in CASES[name])
    model = Autoencoder(
        encoder=DenseEncoder((5,), [FEATURES]),
        posterior=posterior,
        prior=prior,
        decoder=DenseDecoder(posterior.latent_shape[0], [7], (5,), torch.nn.Tanh),
        likelihood=BernoulliLikelihood((5,)),
    ).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
        for weight in model.decoder.parameters():
            weight.mul_(3)
        x = torch.tensor([[1.0, 0.0, 1.0, 1.0, 0.0]])
        codes, log_weights = space
        log_joint = model.decode(codes).log_prob(x) + model.prior_for().log_prob(codes)
        return model, x, (log_joint + log_weights).logsumexp(0)


@every_case
def test_the_prior_s_mass_is_one(name: str) -> None:
    codes, log_weights = CASES[name][2]()
    assert (CASES[name][1]()().log_prob(codes) + log_weights).logsumexp(0).abs() < 1e-9


@every_case
@torch.no_grad()
def test_importance_weights_average_to_the_likelihood(name: str) -> None:
    model, x, exact = made(name)
    q, p = model.encode(x), model.prior_for()
    z = q.sample((20_000,))
    weights = model.decode(z).log_prob(x) + p.log_prob(z) - q.log_prob(z)
    assert_mean((weights[:, 0] - exact).exp(), 1.0)


@every_case
@torch.no_grad()
def test_bounds_are_bounds(name: str) -> None:
    model, x, exact = made(name)
    q, p = model.encode(x), model.prior_for()
    z = q.rsample((4_000,))  # as validation does
    elbo = model.decode(z).log_prob(x)[:, 0] - kl(q, p, z)[0]
    many = log_likelihoods(model, x.expand(2_000, 5), 20)
    assert_at_most(elbo, exact.expand(4_000))
    assert_at_most(many, exact.expand(2_000))
    assert_at_most(elbo[:2_000], many)


@every_case
@torch.no_grad()
def test_prior_draws_give_the_likelihood_too(name: str) -> None:
    model, x, exact = made(name)
    z = model.prior_for().sample((20_000,))
    assert_mean((model.decode(z).log_prob(x) - exact).exp(), 1.0)
