import math

import pytest
import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Iwae, Warmup, forward_pass
from autoencode.objectives.iwae import log_mean_exp
from support.linear_gaussian import linear_gaussian, linear_model
from support.statistics import assert_mean, assert_within_standard_errors, standard_error

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(2.0)), 3)


@pytest.fixture
def x(double: None) -> Tensor:
    return linear_gaussian().marginal.sample((5,))


def test_log_mean_exp_is_the_log_of_the_mean() -> None:
    weights = torch.randn(7, 5)
    assert torch.allclose(log_mean_exp(weights), weights.exp().mean(0).log(), rtol=1e-12)
    assert torch.allclose(log_mean_exp(weights + 5000), log_mean_exp(weights) + 5000, rtol=1e-12)
    assert torch.equal(log_mean_exp(torch.full((4, 2), -math.inf)), torch.full((2,), -math.inf))


def test_the_bound_is_equation_8(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x), 4)
    weights = fwd.log_likelihood() + fwd.p_z.log_prob(fwd.z) - fwd.q.log_prob(fwd.z)
    output = Iwae(4).evaluate(fwd, None)
    assert torch.allclose(output.terms["iwae"], weights.exp().mean(0).log(), rtol=1e-12)
    assert torch.allclose(output.loss, -output.terms["iwae"].mean(), rtol=1e-12)
    assert torch.allclose(output.terms["nll"] + output.terms["kl"], -weights.mean(0), rtol=1e-12)


def test_the_weight_warms_the_loss_up_and_not_the_bound(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x), 4)
    objective, ratio = Iwae(4, Warmup(10)), fwd.q.log_prob(fwd.z) - fwd.p_z.log_prob(fwd.z)
    for step, beta in ((0, 0.0), (5, 0.5), (10, 1.0), (None, 1.0)):
        output = objective.evaluate(fwd, step)
        wanted = -(fwd.log_likelihood() - beta * ratio).exp().mean(0).log().mean()
        assert torch.allclose(output.loss, wanted, rtol=1e-12)
        assert torch.equal(output.terms["iwae"], Iwae(4).evaluate(fwd, None).terms["iwae"])


def test_one_sample_is_the_elbo_in_expectation(model: Autoencoder, x: Tensor) -> None:
    batch = Batch(x[:1].expand(4000, -1))
    elbo, iwae = Elbo()(model, batch), Iwae(1)(model, batch)
    gap = iwae.terms["iwae"] + elbo.terms["nll"] + elbo.terms["kl"]
    assert_mean(gap, 0.0)


def gradients(objective: Elbo | Iwae, model: Autoencoder, x: Tensor, repeats: int) -> Tensor:
    """(repeats, parameters)."""
    weights = [*model.posterior.parameters(), *model.decoder.layers[2].parameters()]
    rows = []
    for _ in range(repeats):
        loss = objective(model, Batch(x)).loss
        rows.append(torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)]))
    return torch.stack(rows)


def test_gradients_of_one_sample_are_the_elbos_in_expectation(model: Autoencoder, x: Tensor) -> None:
    ours, elbo = gradients(Iwae(1), model, x, 400), gradients(Elbo(), model, x, 400)
    se = (standard_error(ours) ** 2 + standard_error(elbo) ** 2).sqrt()
    assert_within_standard_errors(ours.mean(0), elbo.mean(0), se)


def test_gradients_are_those_of_the_expected_bound(model: Autoencoder, x: Tensor) -> None:
    bias, h = model.posterior.head.bias, 0.05
    ours = gradients(Iwae(3), model, x[:1].expand(200, -1), 100)
    place = model.posterior.head.weight.numel()  # the bias of the first mean

    def bound_at(shift: float) -> Tensor:
        with torch.no_grad():
            bias[0] += shift
            torch.manual_seed(7)
            value = -Iwae(3)(model, Batch(x[:1].expand(20_000, -1))).terms["iwae"]
            bias[0] -= shift
        return value

    # Differences with common noise; the third derivative makes an error of order h², below the standard error here.
    difference = (bound_at(h) - bound_at(-h)) / (2 * h)
    se = (standard_error(ours)[place] ** 2 + standard_error(difference) ** 2).sqrt()
    assert_within_standard_errors(ours.mean(0)[place], difference.mean(), se)


def test_wrong_arguments_are_errors() -> None:
    with pytest.raises(ArgumentError, match="n_samples"):
        Iwae(0)
