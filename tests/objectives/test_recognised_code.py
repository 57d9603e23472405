"""The bound with a code from picture and mask, against what Monte Carlo gives for the probability of the mask."""

import math

import pytest
import torch

from autoencode.data import Batch
from autoencode.distributions import kl
from autoencode.objectives import Elbo, RecognisedCode, forward_pass
from autoencode.objectives.recognised_code import recognise
from autoencode.recipes import probabilistic_segmenter

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
