import pytest
import torch
from scipy import stats
from torch.distributions import (
    Bernoulli,
    Categorical,
    Dirichlet,
    Independent,
    Laplace,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
)

from autoencode.distributions import ClassAndNormal, HypersphericalUniform, Ladder, NormalMixture, flow, tempered
from autoencode.distributions.markov_chain import MarkovChain, StepNormal
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.priors import LadderPrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def test_a_normal_has_its_deviations_scaled_and_its_mean_kept():
    p = Independent(Normal(torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0])), 1)
    cooler = tempered(p, 0.5)
    torch.testing.assert_close(cooler.mean, p.mean)
    torch.testing.assert_close(cooler.stddev, p.stddev / 2)
    factor = torch.tensor([[1.0, 0.0], [0.8, 0.3]])
    full = tempered(MultivariateNormal(torch.ones(2), scale_tril=factor), 3.0)
    torch.testing.assert_close(full.covariance_matrix, 9 * factor @ factor.T)


def test_a_normal_is_the_density_to_the_power_of_one_over_the_squared_temperature():
    p, t = Normal(torch.tensor(0.3), torch.tensor(1.7)), 0.6
    x = torch.linspace(-3, 3, 7)
    difference = tempered(p, t).log_prob(x) - p.log_prob(x) / t**2
    torch.testing.assert_close(difference, difference[:1].expand(7))


def test_components_of_mixtures_are_scaled_and_keep_weight_and_place():
    weights, locs, scales = torch.tensor([0.3, 0.7]), torch.tensor([[0.0], [5.0]]), torch.tensor([[1.0], [2.0]])
    expected = 0.3 * stats.norm(0, 0.5).pdf(1.2) + 0.7 * stats.norm(5, 1.0).pdf(1.2)
    each = Independent(Normal(locs, scales), 1)
    for p in (MixtureSameFamily(Categorical(weights), each), NormalMixture(weights.log(), locs, scales)):
        assert tempered(p, 0.5).log_prob(torch.tensor([1.2])).exp().item() == pytest.approx(expected)


def test_a_flow_starts_from_a_narrower_normal():
    p = flow("maf", 2)()  # the identity when fresh
    assert_mean(tempered(p, 0.5).sample((4_000,)).detach().square(), 0.25)


def test_every_level_of_a_ladder_is_scaled_given_those_above():
    prior = LadderPrior([1, 2], 8)
    for weight in prior.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    p = prior()
    cooler = tempered(p, 0.5)
    assert isinstance(cooler, Ladder)
    z = cooler.sample((4_000,))
    levels = p.path(z).conditionals
    for level, latent in zip(levels, z.split([1, 2], -1), strict=True):
        assert_mean(((latent - level.mean) / level.stddev).square().detach(), 0.25)
    narrower = [Normal(level.mean, level.stddev / 2) for level in levels]
    expected = sum(d.log_prob(x).sum(-1) for d, x in zip(narrower, z.split([1, 2], -1), strict=True))
    torch.testing.assert_close(cooler.log_prob(z), expected)


def test_classes_keep_their_weights():
    p = ClassAndNormal(torch.tensor([0.0, 1.0]), torch.zeros(2, 1), torch.ones(2, 1))
    torch.testing.assert_close(tempered(p, 0.5).class_log_probs, p.class_log_probs)
    torch.testing.assert_close(tempered(p, 0.5).scale, p.scale / 2)


def test_one_changes_nothing_and_others_are_refused():
    p = Normal(torch.zeros(2), torch.ones(2))
    assert tempered(p, 1.0) is p
    for wrong in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ArgumentError, match="above 0"):
            tempered(p, wrong)
    with pytest.raises(CapabilityError, match="a Dirichlet has none"):
        tempered(Dirichlet(torch.ones(3)), 0.5)


class Walk:
    """z_t = z_t−1 + noise of standard deviation 2."""

    def first(self):
        return StepNormal(torch.ones(3), torch.full((3,), 2.0))

    def following(self, before):
        return StepNormal(before, torch.full_like(before, 2.0))


def test_the_steps_of_a_chain_are_scaled_given_those_before_them():
    chain = MarkovChain(Walk(), torch.tensor([0.0, 1.0]), 3)
    z = tempered(chain, 0.25).sample((20_000,))
    assert z.shape == (20_000, 2, 3)
    assert_mean(((z[:, 1] - z[:, 0]) / 0.5).square(), 1.0)


def test_a_fitted_prior_is_advised_for_real_numbers_alone():
    with pytest.raises(CapabilityError, match=r"has none: leave --temperature out$"):
        tempered(HypersphericalUniform(torch.zeros(3)), 0.5)
    with pytest.raises(CapabilityError, match=r"has none: leave --temperature out$"):
        tempered(Independent(Bernoulli(torch.ones(3) / 2), 1), 0.5)
    with pytest.raises(CapabilityError, match=r"or draw from a prior fitted to the codes \(--prior mixture\)"):
        tempered(Independent(Laplace(torch.zeros(3), torch.ones(3)), 1), 0.5)
