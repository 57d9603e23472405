import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import DipPenalty, Elbo, ForwardPass, forward_pass
from autoencode.objectives.dip_penalty import covariance_of
from autoencode.recipes import recipes
from support.linear_gaussian import linear_model
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3)


@pytest.fixture
def fwd(model: Autoencoder) -> ForwardPass:
    return forward_pass(model, Batch(torch.randn(7, 6)))


def by_hand(covariance: Tensor) -> tuple[float, float]:
    off = sum(covariance[i, j].item() ** 2 for i in range(3) for j in range(3) if i != j)
    return off, sum((covariance[i, i].item() - 1) ** 2 for i in range(3))


def test_the_first_variant_is_equation_6(fwd: ForwardPass) -> None:
    output = DipPenalty(3.0, 5.0, means=True).evaluate(fwd, None)
    off, diagonal = by_hand(torch.cov(fwd.q.mean.T, correction=0))
    assert output.loss.item() == pytest.approx(3 * off + 5 * diagonal, rel=1e-12)
    assert torch.allclose(output.terms["off_diagonal"], torch.full((7,), off))
    assert torch.allclose(output.terms["diagonal"], torch.full((7,), diagonal))


def test_the_second_variant_is_equation_7(fwd: ForwardPass) -> None:
    covariance = torch.cov(fwd.q.mean.T, correction=0) + torch.diag(fwd.q.stddev.square().mean(0))
    off, diagonal = by_hand(covariance)
    assert DipPenalty(3.0, 5.0).evaluate(fwd, None).loss.item() == pytest.approx(3 * off + 5 * diagonal, rel=1e-12)


def test_the_second_covariance_is_that_of_the_codes() -> None:
    q = Independent(Normal(torch.randn(4, 3), torch.rand(4, 3) + 0.2), 1)
    z = q.sample((20_000,)).flatten(0, 1)
    centred = z - q.mean.mean(0)
    exact = covariance_of(q.mean) + torch.diag(q.variance.mean(0))
    # The four posteriors take turns, so rows of one turn are averaged before they are compared.
    assert_mean((centred[:, :, None] * centred[:, None, :]).unflatten(0, (20_000, 4)).mean(1), exact)


def test_codes_like_the_prior_cost_nothing(model: Autoencoder, fwd: ForwardPass) -> None:
    corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3)  # uncorrelated, of variance one
    z = corners * 0.6
    q = Independent(Normal(z, torch.full_like(z, 0.8)), 1)  # 0.36 + 0.64
    fitting = ForwardPass(model, Batch(torch.zeros(8, 6)), q, z[None], fwd.p_x, fwd.p_z, fwd.features)
    assert DipPenalty().evaluate(fitting, None).loss.abs() < 1e-12
    assert DipPenalty(means=True).evaluate(fitting, None).loss.item() == pytest.approx(10 * 3 * 0.64**2, rel=1e-12)


def test_it_adds_up_with_the_bound_and_reaches_the_encoder_alone(model: Autoencoder, fwd: ForwardPass) -> None:
    output = (Elbo() + DipPenalty(2.0, 3.0)).evaluate(fwd, None)
    assert output.terms.keys() == {"nll", "kl", "off_diagonal", "diagonal"}
    DipPenalty().evaluate(fwd, None).loss.backward()
    assert all((p.grad != 0).any() for p in model.posterior.parameters())
    assert all(p.grad is None for p in model.decoder.parameters())


def test_a_single_example_has_no_spread(model: Autoencoder) -> None:
    output = DipPenalty(means=True)(model, Batch(torch.randn(1, 6)))
    assert output.loss.item() == pytest.approx(10 * 3)


def test_of_a_posterior_that_does_not_factorise_only_the_means_count() -> None:
    model, _ = recipes["ladder-vae"]((1, 4, 4), levels=(2, 3), hidden=8)
    batch = Batch(torch.rand(3, 1, 4, 4))
    assert DipPenalty(means=True)(model, batch).loss.isfinite()
    with pytest.raises(CapabilityError, match="independent given the example"):
        DipPenalty()(model, batch)


@pytest.mark.parametrize("arguments", [{"off_diagonal": -1.0}, {"diagonal": -1.0}])
def test_wrong_arguments_are_errors(arguments: dict) -> None:
    with pytest.raises(ArgumentError, match="0 or more"):
        DipPenalty(**arguments)
