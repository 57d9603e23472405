import math

import pytest
import torch

from autoencode.distributions import kl
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.nn import FiniteScalarQuantiser, ResidualVectorQuantiser
from autoencode.posteriors import FiniteScalarPosterior, VectorQuantisedPosterior
from autoencode.priors import EmpiricalCodewordPrior, UniformCodewordPrior
from support.statistics import assert_frequencies

pytestmark = pytest.mark.usefixtures("double")


@pytest.mark.parametrize("stages", [1, 3])
def test_the_uniform_kl_is_stages_positions_log_k(stages: int) -> None:
    posterior = VectorQuantisedPosterior(6, 3, (2, 5), 7, stages)
    p, q = UniformCodewordPrior(posterior.codes, (2, 5))(), posterior(torch.randn(4, 6, 2, 5))
    expected = torch.full((4,), stages * 10 * math.log(7))
    assert torch.allclose(kl(q, p, q.sample((1,))), expected, rtol=1e-14)
    assert torch.allclose(-p.log_prob(q.sample((2,))), expected.expand(2, 4), rtol=1e-14)


def test_draws_are_evenly_likely_codewords() -> None:
    grid = FiniteScalarQuantiser([3, 2])
    z = UniformCodewordPrior(grid, (2, 2))().sample((5_000,))
    assert z.shape == (5_000, 2, 2, 2)
    indices = grid.indices_of(z.flatten(2).mT)
    for position in range(4):
        assert_frequencies(indices[:, 0, position].bincount(minlength=6), torch.full((6,), 1 / 6))


def test_counts_are_the_running_sums_of_the_codes() -> None:
    posterior = FiniteScalarPosterior(6, [3, 2], (4,))
    prior = EmpiricalCodewordPrior(posterior.codes, (4,), decay=0.5)
    expected = torch.zeros(1, 4, 6)
    for _ in range(3):
        q = posterior(3 * torch.randn(50, 6, 4))
        prior.adapt(q)
        expected = 0.5 * expected + torch.nn.functional.one_hot(q.indices, 6).sum(0)
    assert torch.allclose(prior.counts, expected, rtol=1e-12)
    shares = (expected + 0.5) / (expected + 0.5).sum(-1, keepdim=True)
    assert torch.allclose(prior().indices.probs, shares, rtol=1e-12)


def test_of_several_stages_each_is_counted() -> None:
    posterior = VectorQuantisedPosterior(6, 3, (4,), 5, 2)
    prior = EmpiricalCodewordPrior(posterior.codes, (4,), decay=0.5)
    q = posterior(torch.randn(50, 6, 4))
    prior.adapt(q)
    assert torch.equal(prior.counts, torch.nn.functional.one_hot(q.indices, 5).sum(0).double())


def test_empirical_frequencies_code_in_fewer_nats() -> None:
    posterior = FiniteScalarPosterior(6, [4, 4], (4,))
    even, counted = UniformCodewordPrior(posterior.codes, (4,)), EmpiricalCodewordPrior(posterior.codes, (4,))
    shift = torch.randn(6, 4)
    fresh = posterior(torch.randn(500, 6, 4) + shift)
    assert torch.allclose(kl(fresh, counted(), fresh.sample((1,))), kl(fresh, even(), fresh.sample((1,))), rtol=1e-12)
    counted.adapt(posterior(torch.randn(500, 6, 4) + shift))
    assert kl(fresh, counted(), fresh.sample((1,))).mean() < kl(fresh, even(), fresh.sample((1,))).mean() - 1


def test_counted_mass_of_a_sum_of_codewords_is_refused() -> None:
    p = EmpiricalCodewordPrior(ResidualVectorQuantiser(5, 3, 2), (4,))()
    with pytest.raises(CapabilityError, match="are ambiguous"):
        p.log_prob(torch.zeros(3, 4))


def test_other_decays_are_errors() -> None:
    with pytest.raises(ArgumentError, match="from 0 to below 1, not 1"):
        EmpiricalCodewordPrior(FiniteScalarQuantiser([3]), (4,), decay=1.0)


@pytest.mark.parametrize("kind", [UniformCodewordPrior, EmpiricalCodewordPrior])
def test_the_codebook_is_kept_once(kind: type) -> None:
    posterior = VectorQuantisedPosterior(6, 3, (4,), 5)
    prior = kind(posterior.codes, (4,))
    assert set(prior.state_dict()) <= {"counts"}
    posterior.adapt(posterior(torch.randn(50, 6, 4)))
    words = posterior.codes.stages[0].codewords
    assert all((word == words).all(1).any() for word in prior().sample((20,)).mT.flatten(0, 1))
