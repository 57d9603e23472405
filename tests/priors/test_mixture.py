import copy

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import rand_score

from autoencode.data import Batch
from autoencode.distributions import kl
from autoencode.errors import ArgumentError
from autoencode.objectives import forward_pass
from autoencode.priors import MixturePrior
from autoencode.recipes import mixture_vae
from support.quadrature import nodes
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")
both = pytest.mark.parametrize("full", [False, True])


def shaken(full: bool, dims: int = 3, n_components: int = 4) -> MixturePrior:
    prior = MixturePrior(dims, n_components, full=full)
    with torch.no_grad():
        for weight in prior.parameters():
            weight.add_(0.5 * torch.randn_like(weight))
    return prior


@both
def test_log_density_is_scipys(full):
    prior, z = shaken(full), torch.randn(6, 3)
    weights, factors = prior.logits.softmax(0).detach(), prior.cholesky.detach()
    assert full == bool((factors.tril(-1) != 0).any())
    expected = sum(
        w * stats.multivariate_normal(m, c).pdf(z.numpy())
        for w, m, c in zip(weights.numpy(), prior.loc.detach().numpy(), (factors @ factors.mT).numpy(), strict=True)
    )
    torch.testing.assert_close(prior().log_prob(z).exp(), torch.as_tensor(expected))


@both
def test_it_integrates_to_one(full):
    prior = shaken(full, dims=2)
    x, w = nodes(-25, 25, 400)
    grid = torch.cartesian_prod(x, x)
    total = (prior().log_prob(grid).exp() * torch.outer(w, w).flatten()).sum()
    assert total.item() == pytest.approx(1, abs=1e-6)


@both
def test_draws_have_its_mean(full):
    prior = shaken(full)
    assert_mean(prior().sample((20_000,)), prior.logits.softmax(0).detach() @ prior.loc.detach())


@both
def test_responsibilities_are_bayes_rule(full):
    prior, z = shaken(full), torch.randn(5, 3)
    shares = prior.responsibilities(z)
    weights, each = prior.logits.softmax(0), prior._components().log_prob(z[:, None]).exp()
    torch.testing.assert_close(shares, weights * each / prior().log_prob(z).exp()[:, None])
    assert torch.equal(prior.clusters(z), shares.argmax(-1))


@both
def test_gradients_reach_all_of_it(full):
    prior = shaken(full)
    q = torch.distributions.Independent(torch.distributions.Normal(torch.randn(5, 3), torch.rand(5, 3) + 0.1), 1)
    kl(q, prior(), q.rsample((2,))).mean().backward()
    for name, weight in prior.named_parameters():
        assert weight.grad is not None, name
        assert (weight.grad != 0).any(), name


def clouds(n: int = 400) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes in three clusters far apart, where they belong, and the middles."""
    middles = torch.tensor([[0.0, 8.0], [8.0, 0.0], [-8.0, -8.0]])
    own = torch.arange(n) % 3
    return middles[own] + torch.randn(n, 2) @ torch.tensor([[1.0, 0.6], [0.0, 0.8]]), own, middles


@both
def test_fitting_finds_clusters(full):
    z, own, middles = clouds(3_000)
    prior = MixturePrior(2, 3, full=full, fit_step=5)
    prior.fit(z)
    assert rand_score(own.numpy(), prior.clusters(z).numpy()) == 1.0
    for cluster in range(3):
        mine = z[own == cluster]
        k = int(prior.clusters(middles[cluster]))
        assert_mean(mine, prior.loc[k].detach())
        torch.testing.assert_close(prior.logits.softmax(0)[k].item(), 1 / 3, atol=1e-6, rtol=0)
        covariance = (prior.cholesky @ prior.cholesky.mT)[k].detach()
        expected = torch.as_tensor(np.cov(mine.numpy().T, bias=True)) + 1e-4 * torch.eye(2)
        torch.testing.assert_close(covariance if full else covariance.diagonal(), expected if full else expected.diag())


def points(z: torch.Tensor) -> torch.distributions.Distribution:
    return torch.distributions.Independent(torch.distributions.Normal(z, 1.0), 1)


def test_components_are_fitted_once_at_their_step_to_the_last_codes():
    z, _, middles = clouds()
    prior = MixturePrior(2, 3, full=True, fit_step=4, buffer_size=200)
    assert torch.equal(prior.loc, torch.zeros(3, 2))  # one normal until then
    for _ in range(2):
        prior.adapt(points(torch.full((150, 2), 1e6)))  # long forgotten at step 4
    prior.adapt(points(z[:150]))
    prior.adapt(points(z[150:300]))
    assert torch.equal(prior.loc, torch.zeros(3, 2))
    torch.testing.assert_close(prior.codes.sort(0).values, z[100:300].sort(0).values)
    prior.adapt(points(torch.full((150, 2), 1e6)))  # fits, and is not looked at
    assert set(prior.clusters(middles).tolist()) == {0, 1, 2}
    with torch.no_grad():
        prior.loc.zero_()
    prior.adapt(points(torch.zeros(150, 2)))
    assert torch.equal(prior.loc, torch.zeros(3, 2))


def test_what_is_remembered_is_saved():
    torch.manual_seed(1)
    z = clouds()[0]
    one = MixturePrior(2, 3, fit_step=2, buffer_size=300)
    one.adapt(points(z[:200]))
    other = MixturePrior(2, 3, fit_step=2, buffer_size=300)
    other.load_state_dict(copy.deepcopy(one.state_dict()))
    for prior in (one, other):
        torch.manual_seed(5)
        prior.adapt(points(z[200:]))
        prior.adapt(points(z))
    assert torch.equal(one.loc, other.loc)
    assert not torch.equal(one.loc, torch.zeros(3, 2))


def test_fewer_codes_than_components_change_nothing():
    prior = MixturePrior(2, 3, fit_step=1, buffer_size=10)
    prior.fit(torch.randn(2, 2))
    assert torch.equal(prior.loc, torch.zeros(3, 2))


def test_a_training_pass_updates_the_codes_and_an_evaluation_does_not():
    model, _ = mixture_vae((1, 3, 3), fit_step=3)
    batch = Batch(torch.rand(8, 1, 3, 3))
    forward_pass(model.eval(), batch)
    assert model.prior.seen.tolist() == [0, 0]
    forward_pass(model.train(), batch)
    assert model.prior.seen.tolist() == [1, 8]
    torch.testing.assert_close(model.prior.codes[:8], model.encode(batch.x).mean.to(model.prior.codes))


@pytest.mark.parametrize("wrong", [{"n_components": 0}, {"n_components": 5, "fit_step": 1, "buffer_size": 4}])
def test_too_few_are_errors(wrong):
    with pytest.raises(ArgumentError, match="MixturePrior needs 1 component or more"):
        MixturePrior(2, **wrong)
