import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from autoencode.data.batch import Batch
from autoencode.distributions import InverseMultiquadric, NormalMixture, RadialBasis, mmd
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Mmd, Reconstruction, forward_pass
from autoencode.posteriors import PointMassPosterior
from autoencode.priors import Prior
from support.linear_gaussian import linear_model
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

KERNEL = InverseMultiquadric(6.0)


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3, PointMassPosterior)


@pytest.fixture
def x(double: None) -> Tensor:
    return torch.randn(8, 6)


def test_codes_are_compared_with_draws_from_the_prior(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    torch.manual_seed(1)
    output = Mmd(KERNEL).evaluate(fwd, None)
    torch.manual_seed(1)
    expected = mmd(fwd.z[0], model.prior_for().sample((8,)), KERNEL)
    assert torch.equal(output.loss, expected)
    assert torch.equal(output.terms["mmd"], expected.expand(8))


def test_codes_that_are_draws_from_the_prior_cost_nothing_on_average(model: Autoencoder) -> None:
    with torch.no_grad():
        model.posterior.head.weight.copy_(torch.eye(3, 6))
        model.posterior.head.bias.zero_()
    assert_mean(torch.stack([Mmd(KERNEL)(model, Batch(torch.randn(4, 6))).loss for _ in range(1000)]), 0.0)


def test_points_get_gradients_and_the_decoder_none(model: Autoencoder, x: Tensor) -> None:
    Mmd(KERNEL)(model, Batch(x)).loss.backward()
    assert (model.posterior.head.weight.grad != 0).all()
    assert all(p.grad is None for p in model.decoder.parameters())


def test_of_several_codes_of_an_example_one_is_compared(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x), 5)
    assert Mmd(KERNEL).evaluate(fwd, None).terms["mmd"].shape == (8,)


class Learned(Prior):
    def __init__(self, *, drawn_through: bool) -> None:
        super().__init__((3,))
        self.loc, self.drawn_through = nn.Parameter(torch.zeros(3)), drawn_through

    def forward(self) -> Distribution:
        if self.drawn_through:
            return Independent(Normal(self.loc, 1.0), 1)
        return NormalMixture(torch.zeros(1), self.loc[None], torch.ones(1, 3))


def test_a_prior_that_can_be_drawn_through_learns_too(model: Autoencoder, x: Tensor) -> None:
    model.prior = Learned(drawn_through=True)
    Mmd(RadialBasis(1.0))(model, Batch(x)).loss.backward()
    assert (model.prior.loc.grad != 0).all()
    model.prior = Learned(drawn_through=False)
    assert Mmd(RadialBasis(1.0))(model, Batch(x)).loss.isfinite()


def test_it_adds_up_with_a_reconstruction(model: Autoencoder, x: Tensor) -> None:
    output = (Reconstruction() + 10.0 * Mmd(KERNEL))(model, Batch(x))
    expected = output.terms["nll"].mean() + 10 * output.terms["mmd"].mean()
    assert torch.allclose(output.loss, expected, rtol=1e-12)


def test_without_a_prior_there_is_nothing_to_compare_with(model: Autoencoder, x: Tensor) -> None:
    model.prior = None
    with pytest.raises(ArgumentError, match="needs a prior"):
        Mmd(KERNEL)(model, Batch(x))
