import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, LaplaceLikelihood, LearnedScale, NormalLikelihood, OptimalScale
from autoencode.likelihoods.location_scale import LocationScaleLikelihood
from support.optimise import minimise

pytestmark = pytest.mark.usefixtures("double")

SHAPE = (2, 3, 3)
OPTIMUM = {
    NormalLikelihood: lambda r, dims: (r**2).mean(dims).sqrt(),
    LaplaceLikelihood: lambda r, dims: r.abs().mean(dims),
}
both = pytest.mark.parametrize("kind", OPTIMUM)


def residuals() -> Tensor:
    return torch.randn(50, *SHAPE) * torch.tensor([0.3, 2.0])[:, None, None]


def scale_of(likelihood: LocationScaleLikelihood) -> Tensor:
    return likelihood(torch.zeros(SHAPE)).base_dist.scale


def nll(likelihood: LocationScaleLikelihood, x: Tensor) -> Tensor:
    return -likelihood(torch.zeros_like(x)).log_prob(x).mean()


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_a_fixed_normal_is_the_squared_error(scale: float) -> None:
    x, loc = torch.randn(5, *SHAPE), torch.randn(5, *SHAPE)
    constant = math.prod(SHAPE) * math.log(scale * math.sqrt(2 * math.pi))
    squared_error = ((x - loc) ** 2).flatten(1).sum(1)
    ours = -NormalLikelihood(SHAPE, FixedScale(scale)).double()(loc).log_prob(x)
    assert torch.allclose(ours, squared_error / (2 * scale**2) + constant, rtol=1e-12)


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_a_fixed_laplace_is_the_absolute_error(scale: float) -> None:
    x, loc = torch.randn(5, *SHAPE), torch.randn(5, *SHAPE)
    absolute_error = (x - loc).abs().flatten(1).sum(1)
    ours = -LaplaceLikelihood(SHAPE, FixedScale(scale))(loc).log_prob(x)
    assert torch.allclose(ours, absolute_error / scale + math.prod(SHAPE) * math.log(2 * scale), rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_scale_is_above_zero(value: float) -> None:
    with pytest.raises(ArgumentError, match="above 0"):
        FixedScale(value)


@both
def test_a_fixed_scale_stays(kind: type[LocationScaleLikelihood]) -> None:
    likelihood = kind(SHAPE, FixedScale(0.5))
    likelihood.adapt(torch.zeros(50, *SHAPE), residuals())
    assert likelihood.scale() == 0.5
    assert not list(likelihood.parameters())


@both
def test_a_learned_scale_reaches_the_optimum_of_each_channel(kind: type[LocationScaleLikelihood]) -> None:
    x = residuals()
    likelihood = kind(SHAPE)
    assert likelihood.scale().shape == (2, 1, 1)
    minimise(lambda: nll(likelihood, x), likelihood.parameters())
    assert torch.allclose(scale_of(likelihood)[:, 0, 0], OPTIMUM[kind](x, (0, 2, 3)), rtol=1e-6)


def test_a_learned_scale_has_one_number_for_each_dimension_of_a_vector() -> None:
    assert LearnedScale((17,))().shape == (17,)
    assert torch.allclose(LearnedScale((17,), 0.25)(), torch.tensor(0.25))


@both
def test_an_optimal_scale_is_that_of_the_residuals(kind: type[LocationScaleLikelihood]) -> None:
    x, loc = residuals(), torch.randn(50, *SHAPE)
    likelihood = kind(SHAPE, OptimalScale())
    for _ in range(5):
        likelihood.adapt(loc, loc + x)
    assert torch.allclose(scale_of(likelihood), OPTIMUM[kind](x, (0, 1, 2, 3)), rtol=1e-12)


@both
def test_no_other_scale_is_better_than_the_optimal(kind: type[LocationScaleLikelihood]) -> None:
    x = residuals()
    likelihood = kind(SHAPE, OptimalScale())
    likelihood.adapt(torch.zeros_like(x), x)
    best = nll(likelihood, x)
    for factor in (0.5, 0.9, 0.999, 1.001, 1.1, 2.0):
        assert best < nll(kind(SHAPE, FixedScale(factor * scale_of(likelihood)[0, 0, 0].item())), x)


def test_an_optimal_scale_forgets_fast_at_first_and_by_its_momentum_later() -> None:
    scale = OptimalScale(momentum=0.9)
    scale.adapt(torch.full((4,), 5.0), 2)
    weights = []
    for _ in range(100):
        before = scale.moment.item()
        scale.adapt(torch.zeros(4), 2)  # of which nothing is added, so that what is left is the past
        weights.append(scale.moment.item() / before)
    assert all(0 < one < other + 1e-12 < 0.9 + 2e-12 for one, other in pairwise(weights))
    assert weights[0] < 0.7
    assert weights[-1] == pytest.approx(0.9, rel=1e-12)


def test_an_optimal_scale_follows_its_residuals() -> None:
    scale = OptimalScale(momentum=0.9)
    for size in (5.0, *[1.0] * 300):
        scale.adapt(torch.full((4,), size), 2)
    assert scale() == pytest.approx(1.0, rel=1e-9)


def test_an_optimal_scale_takes_no_gradient_and_has_a_floor() -> None:
    scale = OptimalScale(min_scale=1e-2)
    residual = torch.zeros(4, requires_grad=True)
    scale.adapt(residual, 2)
    assert scale() == 1e-2
    assert not scale().requires_grad
    assert not list(scale.parameters())


@both
def test_an_optimal_scale_survives_saving(kind: type[LocationScaleLikelihood]) -> None:
    one, other = kind(SHAPE, OptimalScale()), kind(SHAPE, OptimalScale())
    one.adapt(torch.zeros(50, *SHAPE), residuals())
    other.load_state_dict(one.state_dict())
    assert torch.equal(scale_of(one), scale_of(other))


@both
def test_asking_changes_nothing(kind: type[LocationScaleLikelihood]) -> None:
    likelihood = kind(SHAPE, OptimalScale())
    likelihood.adapt(torch.zeros(50, *SHAPE), residuals())
    before = {name: value.clone() for name, value in likelihood.state_dict().items()}
    nll(likelihood, residuals() * 9)
    assert all(torch.equal(value, before[name]) for name, value in likelihood.state_dict().items())
