import math

import pytest
import torch
from torch import Tensor, nn

from autoencode.data.batch import Batch
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, TotalCorrelation, forward_pass
from autoencode.objectives.total_correlation import permute_dimensions
from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
from support.linear_gaussian import linear_model
from support.optimise import minimise
from support.statistics import assert_mean, assert_uniform

pytestmark = pytest.mark.usefixtures("double")

RHO = 0.7
TRUE = -0.5 * math.log(1 - RHO**2)


class Quadratic(nn.Module):
    """a + b (z₁² + z₂²) + c z₁ z₂: holds the exact log density ratio of two correlated normals."""

    def __init__(self, weights: list[float]) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, z: Tensor) -> Tensor:
        parts = torch.stack([torch.ones(len(z)), z.square().sum(1), z.prod(1)], -1)
        return (parts @ self.weights)[:, None]


def exact() -> Quadratic:
    return Quadratic([TRUE, -0.5 * RHO**2 / (1 - RHO**2), RHO / (1 - RHO**2)])


@pytest.fixture
def model(double: None) -> Autoencoder:
    """Its codes of standard normal examples are normal with correlation ρ."""
    model = linear_model(NormalLikelihood((2,), FixedScale(0.5)), 2, PointMassPosterior)
    with torch.no_grad():
        model.posterior.head.weight.copy_(torch.tensor([[1.0, 0.0], [RHO, math.sqrt(1 - RHO**2)]]))
        model.posterior.head.bias.zero_()
    return model


def test_with_the_exact_ratio_it_is_the_total_correlation(model: Autoencoder) -> None:
    objective = TotalCorrelation(exact())
    output = objective(model, Batch(torch.randn(20_000, 2)))
    assert_mean(output.terms["total_correlation"], TRUE)
    assert torch.equal(output.loss, output.terms["total_correlation"].mean())


def test_the_exact_ratio_is_where_the_critic_rests(model: Autoencoder) -> None:
    critic = exact()
    objective, gradients = TotalCorrelation(critic), []
    for _ in range(200):
        loss = objective(model, Batch(torch.randn(1000, 2))).auxiliary_losses["tc_critic"]
        gradients.append(torch.autograd.grad(loss, critic.weights)[0])
    assert_mean(torch.stack(gradients), torch.zeros(3))


def fitted(model: Autoencoder, n: int) -> Tensor:
    """The estimate of a critic that was trained to convergence on `n` examples."""
    critic, x = Quadratic([0.0, 0.0, 0.0]), torch.randn(n, 2)
    objective, seed = TotalCorrelation(critic), int(torch.randint(2**31, ()))

    def output():
        torch.manual_seed(seed)
        return objective(model, Batch(x))

    minimise(lambda: output().auxiliary_losses["tc_critic"], critic.parameters(), 30)
    return output().terms["total_correlation"].mean().detach()


def test_a_critic_that_learned_finds_the_total_correlation(model: Autoencoder) -> None:
    estimates = []
    for repeat in range(12):
        torch.manual_seed(repeat)
        estimates.append(fitted(model, 2000))
    assert_mean(torch.stack(estimates), TRUE)


def test_the_critic_pays_cross_entropy_for_codes_and_permuted_codes_alike(model: Autoencoder) -> None:
    critic = Quadratic([0.0, 0.0, 0.0])
    output = TotalCorrelation(critic)(model, Batch(torch.randn(8, 2)))
    assert output.auxiliary_losses["tc_critic"].item() == pytest.approx(math.log(2), rel=1e-12)
    sure = TotalCorrelation(Quadratic([3.0, 0.0, 0.0]))(model, Batch(torch.randn(8, 2)))
    expected = 0.5 * (math.log1p(math.exp(-3)) + math.log1p(math.exp(3)))
    assert sure.auxiliary_losses["tc_critic"].item() == pytest.approx(expected, rel=1e-12)


def test_permuted_codes_are_of_their_own_draw() -> None:
    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[Tensor] = []

        def forward(self, z: Tensor) -> Tensor:
            self.seen.append(z)
            return z.sum(1, keepdim=True)

    model = linear_model(NormalLikelihood((2,), FixedScale(0.5)), 2, DiagonalNormalPosterior)
    keeps, fwd = Keeps(), forward_pass(model, Batch(torch.randn(50, 2)), 3)
    TotalCorrelation(keeps).evaluate(fwd, None)
    codes, permuted = keeps.seen
    assert torch.equal(codes, fwd.z[0])
    assert not torch.isin(permuted, codes).any()
    assert codes.requires_grad
    assert not permuted.requires_grad, "the model is not moved by what the critic is shown besides"


def test_dimensions_are_shuffled_each_on_its_own() -> None:
    z = torch.arange(1000.0)[:, None] + torch.tensor([0.0, 0.25, 0.5])
    shuffled = permute_dimensions(z)
    assert torch.equal(shuffled.sort(0).values, z)
    places = shuffled.floor()
    for one, two in ((0, 1), (0, 2), (1, 2)):
        assert_uniform(((places[:, one] - places[:, two]) % 1000) / 1000)


def test_it_reaches_the_encoder_and_not_the_decoder(model: Autoencoder) -> None:
    TotalCorrelation(exact())(model, Batch(torch.randn(8, 2))).loss.backward()
    assert (model.posterior.head.weight.grad != 0).all()
    assert all(weight.grad is None for weight in model.decoder.parameters())


def test_it_adds_up_with_a_bound() -> None:
    model = linear_model(NormalLikelihood((2,), FixedScale(0.5)), 2)
    output = (Elbo() + 6.0 * TotalCorrelation(exact()))(model, Batch(torch.randn(8, 2)))
    parts = {name: term.mean() for name, term in output.terms.items()}
    torch.testing.assert_close(output.loss, parts["nll"] + parts["kl"] + 6 * parts["total_correlation"])
