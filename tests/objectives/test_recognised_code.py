"""The bound with a code from picture and mask, against what Monte Carlo gives for the probability of the mask."""

import math

import pytest
import torch

from autoencode.data import Batch
from autoencode.distributions import kl
from autoencode.objectives import Elbo, RecognisedCode, forward_pass
from autoencode.objectives.recognised_code import recognise
from autoencode.recipes import predict_vae, probabilistic_segmenter

pytestmark = pytest.mark.usefixtures("double")
DRAWS = 4_000


@pytest.fixture
def model():
    torch.manual_seed(0)
    model, _ = probabilistic_segmenter((1, 4, 4), widths=(4,), latent_dim=2, features=3)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.2 * torch.randn_like(weight))
    return model.eval()


@pytest.fixture
def batch():
    torch.manual_seed(1)
    inside = torch.rand(3, 1, 4, 4) < 0.4
    return Batch(torch.rand(3, 1, 4, 4), torch.cat([~inside, inside], 1).double())


def log_p(model, batch, z):
    """log p(mask | code), (draws, batch)."""
    return model.decode(z).log_prob(batch.target)


@torch.no_grad()
def test_the_bound_is_below_the_log_probability_that_two_ways_of_drawing_agree_on(model, batch):
    fwd = recognise(model, batch, model.encode(batch.x), DRAWS)
    weights = log_p(model, batch, fwd.z) + fwd.p_z.log_prob(fwd.z) - fwd.q.log_prob(fwd.z)
    from_both = weights.logsumexp(0) - math.log(DRAWS)
    from_pictures = log_p(model, batch, model.encode(batch.x).rsample((DRAWS,))).logsumexp(0) - math.log(DRAWS)
    torch.testing.assert_close(from_both, from_pictures, atol=0.1, rtol=0)
    output = RecognisedCode(Elbo(n_samples=DRAWS))(model, batch)
    bound = -(output.terms["nll"] + output.terms["kl"])
    torch.testing.assert_close(bound, weights.mean(0), atol=0.1, rtol=0)
    assert (bound < from_both).all()
    assert (output.terms["kl"] > 0.01).all()


@torch.no_grad()
def test_the_bound_is_the_log_probability_where_the_code_says_nothing(model, batch):
    model.decoder[0].weight[:, 3:] = 0
    model.encoder.recognise.head.weight.zero_()
    model.encoder.guess.head.weight.zero_()
    model.encoder.guess.head.bias.copy_(model.encoder.recognise.head.bias)
    output = RecognisedCode(Elbo())(model, batch)
    exact = log_p(model, batch, model.encode(batch.x).mean[None])[0]
    torch.testing.assert_close(-(output.terms["nll"] + output.terms["kl"]), exact)
    assert not output.terms["kl"].abs().gt(1e-12).any()


def test_the_mask_decides_the_code_in_training_alone(model, batch):
    other = Batch(batch.x, batch.target.flip(1))
    one, two = (recognise(model, each, model.encode(each.x)) for each in (batch, other))
    assert not torch.equal(one.q.code.loc, two.q.code.loc)
    assert torch.equal(one.p_z.code.loc, two.p_z.code.loc)
    assert torch.equal(one.q.features, two.q.features)
    assert torch.equal(one.p_z.mean, model.encode(batch.x).mean)
    torch.testing.assert_close(kl(one.q, one.p_z, one.z), RecognisedCode(Elbo())(model, batch).terms["kl"])


def test_in_a_sum_it_is_the_same(model, batch):
    objective = RecognisedCode(Elbo())
    alone, within = objective(model, batch), objective.evaluate(forward_pass(model, batch), None)
    torch.testing.assert_close(alone.terms["kl"], within.terms["kl"])


class LinearNormal(torch.nn.Module):
    """z ~ N(m, s²) for every past, the future N(z a, σ²) in each of four values: log p(future | past) is known."""

    def __init__(self, loading):
        super().__init__()
        self.loading = loading

    def forward(self, z):
        return z[:, -1:, :1, :1] * self.loading


def log_scale(scale):
    """What `bounded_exp` makes this scale of."""
    return 10 * torch.atanh(torch.as_tensor(scale).log() / 10)


def linear_normal():
    """A model that predicts one frame of 2 x 2, and its exact evidence and posterior as functions of the future."""
    torch.manual_seed(2)
    model, _ = predict_vae((1, 2, 2), future_frames=1, latent_dim=1, widths=(4,), summary_widths=(4,))
    loading = torch.randn(1, 1, 2, 2)
    model.decoder = LinearNormal(loading)
    model.likelihood.scale.moment.fill_(0.49)
    mean, scale = 0.4, 0.8
    with torch.no_grad():
        model.encoder.guess.head.weight.zero_()
        model.encoder.guess.head.bias.copy_(torch.tensor([mean, log_scale(torch.tensor(scale))]))
    a = loading.flatten()
    covariance = scale**2 * torch.outer(a, a) + 0.49 * torch.eye(4)
    evidence = torch.distributions.MultivariateNormal(mean * a, covariance)
    precision = 1 / scale**2 + a @ a / 0.49
    return model.eval(), evidence, lambda y: ((mean / scale**2 + y.flatten(1) @ a / 0.49) / precision, precision**-0.5)


@torch.no_grad()
def test_at_the_exact_posterior_the_bound_of_predicted_frames_is_the_evidence_of_a_linear_normal_model():
    model, evidence, posterior = linear_normal()
    y = torch.randn(3, 1, 2, 2)
    batch = Batch(torch.rand(3, 1, 2, 2), y)
    loc, scale = posterior(y)

    def exact(planes, x, target):
        features = planes[:, : model.encoder.n_features]
        numbers = torch.stack([loc, log_scale(scale).expand(3)], 1)
        return torch.cat([features, numbers[:, :, None, None].expand(-1, -1, *features.shape[2:])], 1)

    model.encoder.with_target = exact
    fwd = recognise(model, batch, model.encode(batch.x), 50)
    weights = fwd.log_likelihood() + fwd.p_z.log_prob(fwd.z) - fwd.q.log_prob(fwd.z)
    torch.testing.assert_close(weights, evidence.log_prob(y.flatten(1)).expand(50, 3), atol=1e-5, rtol=0)
    output = RecognisedCode(Elbo(n_samples=20_000))(model, batch)
    torch.testing.assert_close(
        -(output.terms["nll"] + output.terms["kl"]), evidence.log_prob(y.flatten(1)), atol=0.05, rtol=0
    )


@torch.no_grad()
def test_another_posterior_of_predicted_frames_is_below_the_evidence_by_its_divergence():
    model, evidence, posterior = linear_normal()
    y = torch.randn(3, 1, 2, 2)
    batch = Batch(torch.rand(3, 1, 2, 2), y)
    output = RecognisedCode(Elbo(n_samples=100_000))(model, batch)
    loc, scale = posterior(y)
    q = recognise(model, batch, model.encode(batch.x)).q
    gap = torch.distributions.kl_divergence(q.code, torch.distributions.Normal(loc[:, None], scale)).sum(1)
    expected = evidence.log_prob(y.flatten(1)) - gap
    torch.testing.assert_close(-(output.terms["nll"] + output.terms["kl"]), expected, atol=0.05, rtol=0)
    assert (gap > 0.05).all()


def test_in_training_an_optimal_scale_follows_the_residuals():
    torch.manual_seed(0)
    model, objective = predict_vae((2, 8, 8), future_frames=3, widths=(4,), summary_widths=(4,))
    x, y = torch.rand(4, 2, 8, 8), torch.rand(4, 3, 8, 8)
    model.train()
    objective(model, Batch(x, y), 0)
    expected = (y - x[:, -1:]).square().mean().sqrt()
    torch.testing.assert_close(model.likelihood.scale(), expected)
    objective(model.eval(), Batch(x, 0 * y), 0)
    torch.testing.assert_close(model.likelihood.scale(), expected)
