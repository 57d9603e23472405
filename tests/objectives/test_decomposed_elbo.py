from itertools import combinations

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import (
    DecomposedElbo,
    Elbo,
    ForwardPass,
    forward_pass,
    minibatch_stratified_sampling,
    minibatch_weighted_sampling,
)
from autoencode.objectives.decomposed_elbo import Sampling
from autoencode.recipes import recipes
from support.linear_gaussian import linear_model
from support.quadrature import nodes
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

NAMES = ("mutual_information", "total_correlation", "dimension_kl")


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 2)


@pytest.fixture
def q(double: None) -> Independent:
    """The posteriors of a data set of six examples, with correlated means."""
    along = torch.linspace(-1.5, 1.5, 6)
    loc = torch.stack([along, 0.8 * along + 0.2 * torch.randn(6)], -1)
    return Independent(Normal(loc, 0.3 + 0.4 * torch.rand(6, 2)), 1)


def seen_with(model: Autoencoder, q: Independent, n_samples: int = 1) -> ForwardPass:
    z = q.rsample((n_samples,))
    features = model.decoder_features(z)
    batch = Batch(torch.zeros(len(q.mean), 6))
    return ForwardPass(model, batch, q, z, model.likelihood_of(features), model.prior_for(), features)


def mixture(q: Independent) -> MixtureSameFamily:
    """The mean of the posteriors, by PyTorch."""
    return MixtureSameFamily(Categorical(torch.ones(len(q.mean))), q)


def marginals(q: Independent) -> list[MixtureSameFamily]:
    even = Categorical(torch.ones(len(q.mean)))
    return [MixtureSameFamily(even, Normal(q.mean[:, d], q.stddev[:, d])) for d in range(q.mean.shape[1])]


def test_on_the_whole_data_each_term_is_exact_at_every_code(model: Autoencoder, q: Independent) -> None:
    fwd = seen_with(model, q, 3)
    terms = DecomposedElbo(6, n_samples=3).evaluate(fwd, None).terms
    z, p = fwd.z, model.prior_for()
    product = sum(m.log_prob(z[..., d]) for d, m in enumerate(marginals(q)))
    exact = (
        q.log_prob(z) - mixture(q).log_prob(z),
        mixture(q).log_prob(z) - product,
        product - p.log_prob(z),
    )
    for name, value in zip(NAMES, exact, strict=True):
        assert torch.allclose(terms[name], value.mean(0), rtol=1e-10)


@pytest.mark.parametrize("sampling", [minibatch_stratified_sampling, minibatch_weighted_sampling])
def test_the_terms_sum_to_the_kl(model: Autoencoder, q: Independent, sampling: Sampling) -> None:
    fwd = seen_with(model, q, 3000)
    terms = DecomposedElbo(6, sampling=sampling, n_samples=3000).evaluate(fwd, None).terms
    total = sum(terms[name] for name in NAMES)
    at_codes = q.log_prob(fwd.z) - fwd.p_z.log_prob(fwd.z)
    assert torch.allclose(total, at_codes.mean(0), rtol=1e-10)
    assert torch.allclose(terms["kl"], kl_divergence(q, fwd.p_z), rtol=1e-12)
    assert_mean(at_codes, terms["kl"])


def test_each_term_is_the_integral_that_it_stands_for(model: Autoencoder, q: Independent) -> None:
    x, w = nodes(-6.0, 6.0, 160)
    grid, weight = torch.cartesian_prod(x, x), torch.cartesian_prod(w, w).prod(-1)
    log_q = mixture(q).log_prob(grid)
    product = sum(m.log_prob(grid[:, d]) for d, m in enumerate(marginals(q)))
    mass = log_q.exp() * weight
    dimension_kl, correlation, rest = (
        (value * mass).sum() for value in (product - prior(model, grid), log_q - product, log_q - prior(model, grid))
    )
    information = kl_divergence(q, model.prior_for()).mean() - rest
    exact = torch.stack([information, correlation, dimension_kl])
    assert (exact > 0.1).all(), "the three differ in this case"
    assert_mean(torch.stack([averages(model, q) for _ in range(100)]), exact)


def averages(model: Autoencoder, q: Independent) -> Tensor:
    """Of each term over a hundred codes of every example."""
    terms = DecomposedElbo(6, n_samples=100).evaluate(seen_with(model, q, 100), None).terms
    return torch.stack([terms[name].mean() for name in NAMES])


def prior(model: Autoencoder, z: Tensor) -> Tensor:
    return model.prior_for().log_prob(z)


def test_stratified_sampling_is_unbiased_over_all_batches(q: Independent) -> None:
    z = q.sample()
    exact = mixture(q).log_prob(z).exp()
    density = q.log_prob(z[:, None]).exp()  # (code, posterior)
    for i in range(6):
        others = [j for j in range(6) if j != i]
        estimates = [
            (density[i, [i, *rest]] * minibatch_stratified_sampling(4, 6)[0].exp()).sum()
            for rest in combinations(others, 3)
        ]
        assert torch.allclose(torch.stack(estimates).mean(), exact[i], rtol=1e-12)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_the_weights_sum_to_one_for_each_code(batch: int) -> None:
    weights = minibatch_stratified_sampling(batch, 5).exp()
    assert torch.allclose(weights.sum(1), torch.ones(batch))
    assert torch.equal(weights, weights.T)
    if batch == 5:
        assert torch.allclose(weights, torch.full((5, 5), 0.2))


def test_weighted_sampling_is_equation_3(model: Autoencoder, q: Independent) -> None:
    fwd = seen_with(model, q)
    terms = DecomposedElbo(1000, sampling=minibatch_weighted_sampling).evaluate(fwd, None).terms
    z = fwd.z[0]
    aggregate = q.log_prob(z[:, None]).exp().sum(1) / (1000 * 6)
    assert torch.allclose(terms["mutual_information"], q.log_prob(z) - aggregate.log(), rtol=1e-10)
    each = q.base_dist.log_prob(z[:, None]).exp().sum(1) / (1000 * 6)
    assert torch.allclose(terms["total_correlation"], aggregate.log() - each.log().sum(-1), rtol=1e-10)


def test_the_loss_is_equation_4(model: Autoencoder, q: Independent) -> None:
    fwd = seen_with(model, q)
    output = DecomposedElbo(50, alpha=2.0, beta=3.0, gamma=5.0).evaluate(fwd, None)
    information, correlation, dimensions = (output.terms[name].mean() for name in NAMES)
    expected = output.terms["nll"].mean() + 2 * information + 3 * correlation + 5 * dimensions
    assert torch.allclose(output.loss, expected, rtol=1e-12)
    assert torch.equal(output.terms["nll"], Elbo().evaluate(fwd, None).terms["nll"])


def test_with_equal_weights_it_is_the_bound_for_every_batch(model: Autoencoder, q: Independent) -> None:
    fwd = seen_with(model, q)
    at_codes = (q.log_prob(fwd.z) - fwd.p_z.log_prob(fwd.z)).mean()
    expected = Elbo().evaluate(fwd, None).terms["nll"].mean() + 4 * at_codes
    assert torch.allclose(DecomposedElbo(50, 4.0, 4.0, 4.0).evaluate(fwd, None).loss, expected, rtol=1e-12)


def test_posteriors_all_alike_have_no_mutual_information(model: Autoencoder) -> None:
    q = Independent(Normal(torch.ones(6, 2), 0.5 * torch.ones(6, 2)), 1)
    terms = DecomposedElbo(6).evaluate(seen_with(model, q), None).terms
    assert terms["mutual_information"].abs().max() < 1e-12
    assert terms["total_correlation"].abs().max() < 1e-12


def test_a_posterior_that_does_not_factorise_is_refused() -> None:
    model, _ = recipes["ladder-vae"]((1, 4, 4), levels=(2, 3), hidden=8)
    with pytest.raises(CapabilityError, match="independent given the example"):
        DecomposedElbo(10)(model, Batch(torch.rand(3, 1, 4, 4)))


def test_half_a_batch_in_single_precision(model: Autoencoder) -> None:
    x = torch.rand(3, 6, dtype=torch.float32)
    fwd = forward_pass(model.float(), Batch(x))
    assert DecomposedElbo(10).evaluate(fwd, None).loss.dtype == torch.float32


@pytest.mark.parametrize(
    "arguments", [{"n_examples": 0}, {"n_examples": 5, "n_samples": 0}, {"n_examples": 5, "beta": -1.0}]
)
def test_wrong_arguments_are_errors(arguments: dict) -> None:
    with pytest.raises(ArgumentError, match=list(arguments)[-1]):
        DecomposedElbo(**arguments)
