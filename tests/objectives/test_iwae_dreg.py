import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Iwae, IwaeDreg, Objective, ObjectiveOutput, forward_pass
from autoencode.priors import Prior
from autoencode.recipes import recipes
from support.linear_gaussian import exact_model, linear_gaussian, linear_model
from support.statistics import assert_below, assert_mean, assert_within_standard_errors, standard_error

pytestmark = pytest.mark.usefixtures("double")

SCALE = 1.5


class LearnedNormal(Prior):
    """A prior with weights."""

    def __init__(self) -> None:
        super().__init__((3,))
        self.loc, self.log_scale = nn.Parameter(0.3 * torch.randn(3)), nn.Parameter(0.3 * torch.randn(3))

    def forward(self) -> Independent:
        return Independent(Normal(self.loc, self.log_scale.exp()), 1)


@pytest.fixture
def model(double: None) -> Autoencoder:
    model = linear_model(NormalLikelihood((6,), FixedScale(SCALE)), 3)
    model.prior = LearnedNormal()
    return model


@pytest.fixture
def x(double: None) -> Tensor:
    return linear_gaussian().marginal.sample((5,))


def parts(model: Autoencoder) -> dict[str, list[nn.Parameter]]:
    return {
        "encoder": [*model.posterior.parameters()],
        "decoder": [*model.decoder.layers[2].parameters()],
        "prior": [*model.prior.parameters()],
    }


def gradients(objective: Objective, model: Autoencoder, x: Tensor, which: str, repeats: int) -> Tensor:
    """(repeats, parameters); a row is a mean over forty copies of each example."""
    rows, x = [], x.repeat(40, 1)
    for _ in range(repeats):
        loss = objective(model, Batch(x)).loss
        rows.append(torch.cat([g.flatten() for g in torch.autograd.grad(loss, parts(model)[which])]))
    return torch.stack(rows)


def test_the_value_is_the_bound(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x), 4)
    ours, plain = IwaeDreg(4).evaluate(fwd, None), Iwae(4).evaluate(fwd, None)
    assert torch.allclose(ours.loss, plain.loss, rtol=1e-12)
    assert ours.terms.keys() == plain.terms.keys()
    assert all(torch.allclose(ours.terms[name], plain.terms[name], rtol=1e-12) for name in plain.terms)


@pytest.mark.parametrize("which", ["encoder", "decoder", "prior"])
@pytest.mark.parametrize("k", [1, 4])
def test_the_gradient_is_unbiased(model: Autoencoder, x: Tensor, which: str, k: int) -> None:
    ours = gradients(IwaeDreg(k), model, x, which, 100)
    plain = gradients(Iwae(k), model, x, which, 100)
    se = (standard_error(ours) ** 2 + standard_error(plain) ** 2).sqrt()
    assert_within_standard_errors(ours.mean(0), plain.mean(0), se)


@pytest.mark.parametrize("which", ["decoder", "prior"])
def test_decoder_and_prior_keep_the_plain_gradient(model: Autoencoder, x: Tensor, which: str) -> None:
    fwd = forward_pass(model, Batch(x), 4)
    ours, plain = (
        torch.autograd.grad(objective.evaluate(fwd, None).loss, parts(model)[which], retain_graph=True)
        for objective in (IwaeDreg(4), Iwae(4))
    )
    assert all(torch.allclose(a, b, rtol=1e-10) for a, b in zip(ours, plain, strict=True))


def expected_loss(model: Autoencoder, x: Tensor) -> Tensor:
    """Minus the elbo in closed form, up to a constant."""
    q, p, layer = model.encode(x), model.prior(), model.decoder.layers[2]
    error = (x - layer(q.mean)).square().sum(-1) + (q.variance * layer.weight.square().sum(0)).sum(-1)
    return (error / (2 * SCALE**2) + torch.distributions.kl_divergence(q, p)).mean()


@pytest.mark.parametrize("which", ["encoder", "decoder", "prior"])
def test_of_one_sample_it_is_the_gradient_of_the_elbo_in_closed_form(model: Autoencoder, x: Tensor, which: str) -> None:
    exact = torch.autograd.grad(expected_loss(model, x), parts(model)[which])
    assert_mean(gradients(IwaeDreg(1), model, x, which, 100), torch.cat([g.flatten() for g in exact]))


def test_at_the_exact_posterior_the_encoders_gradient_has_no_noise() -> None:
    truth = linear_gaussian()
    model, x = exact_model(truth), truth.marginal.sample((5,))
    ours, plain = (
        torch.autograd.grad(objective(model, Batch(x)).loss, [*model.posterior.parameters()])
        for objective in (IwaeDreg(4), Iwae(4))
    )
    assert max(g.abs().max() for g in ours) < 1e-10
    assert max(g.abs().max() for g in plain) > 0.01


def test_more_samples_do_not_drown_the_encoders_gradient_in_noise() -> None:
    truth = linear_gaussian()
    model, x = exact_model(truth), truth.marginal.sample((1,))
    with torch.no_grad():
        model.posterior.head.bias.add_(0.3)  # near the exact posterior
    model.prior.requires_grad_(False)
    few, many, plain = (
        gradients(objective, model, x, "encoder", 100) for objective in (IwaeDreg(2), IwaeDreg(64), Iwae(64))
    )
    noise = [(g - g.mean(0)).square().sum(1) for g in (many, plain)]
    assert_below(noise[0], noise[1])
    few, many, plain = (g.mean(0).norm() / g.std(0).norm() for g in (few, many, plain))
    assert many > few
    assert many > 5 * plain


def test_the_codes_own_gradient_is_left_to_the_other_parts_of_a_sum(model: Autoencoder, x: Tensor) -> None:
    fwd, weights = forward_pass(model, Batch(x), 4), parts(model)["encoder"]
    alone = [torch.autograd.grad(o.evaluate(fwd, None).loss, weights, retain_graph=True) for o in (IwaeDreg(4), Size())]
    both = torch.autograd.grad((IwaeDreg(4) + Size()).evaluate(fwd, None).loss, weights)
    assert all(torch.allclose(a + b, c, rtol=1e-10) for a, b, c in zip(*alone, both, strict=True))


class Size(Objective):
    def evaluate(self, fwd, step):
        size = fwd.z.square().mean((0, 2))
        return ObjectiveOutput(size.mean(), {"size": size})


def test_without_gradients_it_is_a_number(model: Autoencoder, x: Tensor) -> None:
    with torch.no_grad():
        output = IwaeDreg(4)(model, Batch(x))
    assert output.loss.isfinite()
    assert not output.loss.requires_grad


def test_a_posterior_that_cannot_be_stopped_is_refused() -> None:
    model, _ = recipes["ladder-vae"]((1, 4, 4), levels=(2, 3), hidden=8)
    with pytest.raises(CapabilityError, match="cannot be detached"):
        IwaeDreg(2)(model, Batch(torch.rand(3, 1, 4, 4)))


def test_wrong_arguments_are_errors() -> None:
    with pytest.raises(ArgumentError, match="n_samples"):
        IwaeDreg(0)
