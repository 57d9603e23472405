import math

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Normal

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import AdversarialPrior, forward_pass
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.critics import code_priors
from support.linear_gaussian import linear_model
from support.quadrature import integral
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

SCALE = 1.5  # of the codes; the prior's is 1
BREAKS = [-20.0, -6.0, -2.0, 0.0, 2.0, 6.0, 20.0]


class Quadratic(nn.Module):
    """a + b z²: holds the exact log of the prior's density over that of the codes."""

    def __init__(self, a: float, b: float) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.tensor(a)), nn.Parameter(torch.tensor(b))

    def forward(self, z: Tensor) -> Tensor:
        return self.a + self.b * z.square()


def exact() -> Quadratic:
    return Quadratic(math.log(SCALE), 0.5 / SCALE**2 - 0.5)


def evaluated(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The codes' density, and D and 1 − D of the best critic."""
    q, p = Normal(0.0, SCALE).log_prob(z).exp(), Normal(0.0, 1.0).log_prob(z).exp()
    return q, p / (p + q), q / (p + q)


@pytest.fixture
def model(double: None) -> Autoencoder:
    """Its codes of standard normal examples are N(0, SCALE²)."""
    model = linear_model(NormalLikelihood((1,), FixedScale(0.5)), 1, PointMassPosterior)
    with torch.no_grad():
        model.posterior.head.weight.fill_(SCALE)
        model.posterior.head.bias.zero_()
    return model


def test_with_the_best_critic_both_losses_are_those_of_the_game(model: Autoencoder) -> None:
    def generator_loss(z: Tensor) -> Tensor:
        q, d, _ = evaluated(z)
        return -q * d.log()

    def loss(z: Tensor) -> Tensor:
        q, d, rest = evaluated(z)
        return -Normal(0.0, 1.0).log_prob(z).exp() * d.log() - q * rest.log()

    objective = AdversarialPrior(exact())
    output = objective(model, Batch(torch.randn(50_000, 1)))
    assert_mean(output.terms["generator_loss"], integral(generator_loss, BREAKS))
    assert torch.equal(output.loss, output.terms["generator_loss"].mean())
    losses = [objective(model, Batch(torch.randn(500, 1))).auxiliary_losses["code_critic"].detach() for _ in range(200)]
    assert_mean(torch.stack(losses), integral(loss, BREAKS))


def test_the_best_critic_rests(model: Autoencoder) -> None:
    critic = exact()
    objective, gradients = AdversarialPrior(critic), []
    for _ in range(300):
        loss = objective(model, Batch(torch.randn(500, 1))).auxiliary_losses["code_critic"]
        gradients.append(torch.stack(torch.autograd.grad(loss, [critic.a, critic.b])))
    assert_mean(torch.stack(gradients), torch.zeros(2))


def test_a_critic_that_cannot_discriminate_has_a_loss_of_log_two(model: Autoencoder) -> None:
    output = AdversarialPrior(Quadratic(0.0, 0.0))(model, Batch(torch.randn(8, 1)))
    assert output.terms["generator_loss"].tolist() == pytest.approx([math.log(2)] * 8, rel=1e-12)
    assert output.auxiliary_losses["code_critic"].item() == pytest.approx(2 * math.log(2), rel=1e-12)


def test_the_model_moves_codes_towards_the_prior(model: Autoencoder) -> None:
    AdversarialPrior(exact())(model, Batch(torch.randn(500, 1))).loss.backward()
    assert model.posterior.head.weight.grad.item() > 0  # a step down makes codes less spread
    assert all(weight.grad is None for weight in model.decoder.parameters())


def test_of_several_codes_of_an_example_one_is_evaluated(model: Autoencoder) -> None:
    fwd = forward_pass(model, Batch(torch.randn(8, 1)), 5)
    assert AdversarialPrior(exact()).evaluate(fwd, None).terms["generator_loss"].shape == (8,)


@pytest.mark.parametrize("name", code_priors)
def test_any_prior_will_do(name: str, model: Autoencoder) -> None:
    shape = linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3, PointMassPosterior)
    shape.prior = code_priors[name](3)
    output = AdversarialPrior(nn.Linear(3, 1))(shape, Batch(torch.randn(8, 6)))
    assert output.loss.isfinite()
    assert shape.prior().sample((7,)).shape == (7, 3)
    assert not [weight for weight in shape.prior.parameters() if weight.requires_grad]


def test_the_ring_has_ten_normals_on_a_circle() -> None:
    prior = code_priors["ring"](3)
    assert prior.loc[:, :2].norm(dim=1).tolist() == pytest.approx([4.0] * 10)
    gaps = (prior.loc - prior.loc.roll(1, 0)).norm(dim=1).tolist()
    assert gaps == pytest.approx([8 * math.sin(math.pi / 10)] * 10)
    assert prior.log_scale.exp()[0].tolist() == pytest.approx([0.5, 0.5, 1.0])
    assert prior.loc[:, 2].tolist() == [0.0] * 10
    assert code_priors["ring"](1)().sample((4,)).shape == (4, 1)


def test_without_a_prior_there_is_nothing_to_draw(model: Autoencoder) -> None:
    model.prior = None
    with pytest.raises(ArgumentError, match="needs a prior"):
        AdversarialPrior(exact())(model, Batch(torch.randn(8, 1)))
