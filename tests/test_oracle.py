import math

import pytest
import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.distributions import kl
from autoencode.likelihoods import FixedScale, LearnedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, ForwardPass, Iwae, Reconstruction, forward_pass
from autoencode.posteriors import PointMassPosterior
from support.linear_gaussian import LinearGaussian, exact_model, linear_gaussian, linear_model
from support.optimise import minimise
from support.statistics import assert_at_most, assert_below, assert_mean

pytestmark = pytest.mark.usefixtures("double")

Oracle = tuple[LinearGaussian, Autoencoder, Tensor]


@pytest.fixture
def oracle(double: None) -> Oracle:
    truth = linear_gaussian()
    return truth, exact_model(truth), truth.marginal.sample((7,)) * 1.5


def close(a: Tensor, b: Tensor, tolerance: float = 1e-10) -> bool:
    return bool(((a - b).abs() < tolerance).all())


def test_every_draw_has_the_exact_weight(oracle: Oracle) -> None:
    truth, model, x = oracle
    fwd = forward_pass(model, Batch(x), n_samples=50)
    weights = fwd.log_likelihood() + fwd.p_z.log_prob(fwd.z) - fwd.q.log_prob(fwd.z)
    assert weights.shape == (50, 7)
    assert close(weights, truth.marginal.log_prob(x))


@pytest.mark.parametrize("n_samples", [1, 2, 5, 64])
def test_iwae_is_exact_with_the_exact_posterior(oracle: Oracle, n_samples: int) -> None:
    truth, model, x = oracle
    output = Iwae(n_samples)(model, Batch(x))
    exact = truth.marginal.log_prob(x)
    assert close(output.terms["iwae"], exact)
    assert close(output.loss, -exact.mean())
    assert close(output.terms["nll"] + output.terms["kl"], -exact)


def test_elbo_is_exact_with_the_exact_posterior(oracle: Oracle) -> None:
    truth, model, x = oracle
    # The closed-form KL and a sampled nll: exact in expectation, and exactly so for the sigma points of the posterior.
    output = Elbo().evaluate(at_sigma_points(model, x), None)
    exact = truth.marginal.log_prob(x)
    assert close(-output.terms["nll"] - output.terms["kl"], exact)
    assert close(output.loss, -exact.mean())


def test_elbo_with_random_draws_is_exact_in_expectation(oracle: Oracle) -> None:
    truth, model, x = oracle
    many = x.repeat_interleave(2000, 0)
    terms = Elbo(n_samples=3)(model, Batch(many)).terms
    draws = (-terms["nll"] - terms["kl"]).view(7, 2000).T
    assert_mean(draws, truth.marginal.log_prob(x))


def test_kl_is_the_closed_form(oracle: Oracle) -> None:
    truth, model, x = oracle
    q, p = model.encode(x), model.prior_for()
    mean, var = truth.posterior_mean(x), truth.posterior_scale**2
    assert close(q.mean, mean)
    assert close(q.stddev, var.sqrt())
    assert close(kl(q, p, q.rsample((1,))), 0.5 * (var + mean**2 - 1 - var.log()).sum(-1))


def test_bounds_are_ordered(oracle: Oracle) -> None:
    truth, model, x = oracle
    with torch.no_grad():
        model.posterior.head.bias[:3] += 0.4  # a deliberately worse posterior: shifted and half too wide
        model.posterior.head.bias[3:] += 0.4
    batch = Batch(x[:1].expand(1000, -1))
    elbo = -sum(Elbo()(model, batch).terms.values())
    iwae = {n: Iwae(n)(model, batch).terms["iwae"] for n in (1, 4, 64)}
    exact = truth.marginal.log_prob(x[0]).expand(1000)
    assert_at_most(elbo, iwae[1])
    assert_at_most(iwae[1], elbo)
    assert_below(elbo, iwae[4])
    assert_below(iwae[4], iwae[64])
    assert_at_most(iwae[64], exact)
    assert_below(elbo, exact)


def test_importance_weights_are_unbiased(oracle: Oracle) -> None:
    truth, model, x = oracle
    with torch.no_grad():
        model.posterior.head.bias[3:] += 0.3
    bound = Iwae(1)(model, Batch(x[:1].expand(4000, -1))).terms["iwae"]
    assert_mean((bound - truth.marginal.log_prob(x[0])).exp(), 1.0)


def test_training_reaches_the_maximum_likelihood_of_tipping_and_bishop() -> None:
    n, latent_dim = 6, 2
    truth = linear_gaussian(n, latent_dim)
    x = truth.marginal.sample((200,))
    shape = (1, 1, n)  # one channel, so that the learned scale is one number, as in probabilistic PCA
    model = linear_model(NormalLikelihood(shape, LearnedScale(shape, 0.1)), latent_dim)
    pictures = x.view(-1, *shape)
    loss = minimise(lambda: Elbo().evaluate(at_sigma_points(model, pictures), None).loss, trainable(model))

    variances = torch.linalg.eigvalsh(torch.cov(x.T, correction=0)).flip(0)
    noise = variances[latent_dim:].mean()
    log_det = variances[:latent_dim].log().sum() + (n - latent_dim) * noise.log()
    best = 0.5 * (n * math.log(2 * math.pi) + log_det + n)
    assert abs(loss - best) < 1e-7
    assert abs(model.likelihood.scale().item() - noise.sqrt()) < 1e-5


def test_a_linear_autoencoder_spans_the_principal_subspace() -> None:
    n, latent_dim = 6, 2
    x = linear_gaussian(n, latent_dim).marginal.sample((200,))
    model = linear_model(NormalLikelihood((n,), FixedScale(1.0)), latent_dim, PointMassPosterior)
    loss = minimise(lambda: Reconstruction()(model, Batch(x)).loss, trainable(model))

    variances, directions = torch.linalg.eigh(torch.cov(x.T, correction=0))
    decoded = model.decode(torch.eye(latent_dim)).mean - model.decode(torch.zeros(latent_dim)[None]).mean
    cosines = torch.linalg.svdvals(torch.linalg.qr(decoded.T).Q.T @ directions[:, -latent_dim:])
    assert torch.arccos(cosines.clamp(max=1)).max() < 1e-3
    assert abs(loss - 0.5 * variances[:-latent_dim].sum() - n / 2 * math.log(2 * math.pi)) < 1e-9


def trainable(model: Autoencoder) -> list[Tensor]:
    return [weight for weight in model.parameters() if weight.requires_grad]


def at_sigma_points(model: Autoencoder, x: Tensor) -> ForwardPass:
    """A pass whose draws have exactly the posterior's mean and variance, so that linear models need no other noise."""
    q = model.encode(x)
    dim = q.event_shape[0]
    points = math.sqrt(dim) * torch.cat([torch.eye(dim), -torch.eye(dim)])
    z = q.mean + q.stddev * points[:, None]
    features = model.decoder_features(z)
    return ForwardPass(model, Batch(x), q, z, model.likelihood_of(features), model.prior_for(), features)
