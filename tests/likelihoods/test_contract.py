"""One row for each likelihood that a person can name."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from autoencode.errors import DataError
from autoencode.likelihoods import Likelihood, LogProbKind, likelihoods
from support.quadrature import integral
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

SHAPES = [(1, 28, 28), (3, 5, 7), (17,)]


def unit(*shape: int) -> Tensor:
    return torch.rand(shape)


def levels(*shape: int) -> Tensor:
    return torch.randint(256, shape).to(torch.get_default_dtype()) / 255


def real(*shape: int) -> Tensor:
    return 10 * torch.randn(shape)


def counts(*shape: int) -> Tensor:
    return torch.poisson(torch.full(shape, 3.0))


@dataclass(frozen=True)
class Row:
    data: Callable[..., Tensor]
    measure: LogProbKind
    per_value: int = 1
    bounded: bool = True
    reaches: tuple[float, float] = (0.0, 1.0)  # where a bounded density ends


ROWS = {
    "beta": Row(unit, LogProbKind.DENSITY, per_value=2, reaches=(-1 / 510, 1 + 1 / 510)),
    "binomial": Row(levels, LogProbKind.MASS),
    "categorical": Row(levels, LogProbKind.MASS, per_value=256),
    "mixture-of-discretized-logistics": Row(levels, LogProbKind.MASS, per_value=15),
    "negative-binomial": Row(counts, LogProbKind.MASS, bounded=False),
    "poisson": Row(counts, LogProbKind.MASS, bounded=False),
    "bernoulli": Row(unit, LogProbKind.NEITHER),
    "continuous-bernoulli": Row(unit, LogProbKind.DENSITY),
    "discretized-logistic": Row(levels, LogProbKind.MASS, per_value=2),
    "laplace": Row(real, LogProbKind.DENSITY, bounded=False),
    "normal": Row(real, LogProbKind.DENSITY, bounded=False),
    "normal-optimal": Row(real, LogProbKind.DENSITY, bounded=False),
}
COUNTS = [name for name, row in ROWS.items() if row.data is counts]
BOUNDED = [name for name, row in ROWS.items() if row.bounded]
everyone = pytest.mark.parametrize("name", ROWS)


def made(name: str, shape: tuple[int, ...]) -> Likelihood:
    return likelihoods[name](shape)


def test_every_likelihood_has_a_row() -> None:
    assert set(ROWS) == set(likelihoods)


@everyone
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_with_any_leading_axes(name: str, shape: tuple[int, ...]) -> None:
    likelihood, row = made(name, shape), ROWS[name]
    assert likelihood.data_shape == shape
    assert likelihood.features_shape == (shape[0] * row.per_value, *shape[1:])
    for leading in ((), (5,), (2, 5)):
        p_x = likelihood(torch.randn(*leading, *likelihood.features_shape))
        assert (p_x.batch_shape, p_x.event_shape) == (leading, shape)
        assert p_x.mean.shape == (*leading, *shape)
        assert p_x.sample().shape == (*leading, *shape)
        assert p_x.log_prob(row.data(5, *shape)).shape == (torch.Size([5]) if len(leading) < 2 else leading)


@everyone
def test_sums_over_the_data_and_nothing_else(name: str) -> None:
    shape = (3, 4, 2)
    likelihood = made(name, shape)
    features, x = torch.randn(5, *likelihood.features_shape), ROWS[name].data(5, *shape)
    whole = likelihood(features).log_prob(x)
    single = likelihood(features).base_dist.log_prob(x)
    assert single.shape == x.shape
    assert torch.allclose(whole, single.flatten(1).sum(1), rtol=1e-12)
    alone = torch.cat([likelihood(features[i : i + 1]).log_prob(x[i : i + 1]) for i in range(5)])
    assert torch.allclose(whole, alone, rtol=1e-12)


@everyone
def test_takes_its_own_data(name: str) -> None:
    row = ROWS[name]
    x = row.data(5, 1, 4, 4)
    likelihood = made(name, (1, 4, 4))
    likelihood.check(x)
    assert likelihood.log_prob_kind(x) is row.measure


@everyone
def test_the_boundaries_belong_to_the_support(name: str) -> None:
    x = torch.tensor([[0.0], [1.0]])
    likelihood = made(name, (1,))
    likelihood.check(x)
    assert likelihood(torch.zeros(2, *likelihood.features_shape)).log_prob(x).isfinite().all()


def test_a_bernoulli_on_binary_data_is_a_mass() -> None:
    likelihood = made("bernoulli", (4,))
    assert likelihood.log_prob_kind(torch.tensor([[0.0, 1.0, 1.0, 0.0]])) is LogProbKind.MASS
    assert likelihood.log_prob_kind(torch.tensor([[0.0, 1.0, 0.5, 0.0]])) is LogProbKind.NEITHER


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize(("low", "high"), [(0, 255), (-1, 1), (0, 1.01), (-0.01, 1)])
def test_data_outside_the_unit_interval_is_refused_with_the_way_out(name: str, low: float, high: float) -> None:
    x = torch.tensor([[low, high]], dtype=torch.float64)
    message = rf"from {low:.4g} to {high:.4g}: use --likelihood normal, or say with --values"
    with pytest.raises(DataError, match=message):
        made(name, (2,)).check(x)


@everyone
@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_refused(name: str, wrong: float) -> None:
    x = ROWS[name].data(4, 3)
    x[2, 1] = wrong
    with pytest.raises(DataError, match="NaN or infinity"):
        made(name, (3,)).check(x)


def test_values_between_the_levels_are_refused() -> None:
    x = levels(4, 3)
    x[2, 1] = 100.4 / 255
    with pytest.raises(DataError, match=r"values between them: .*--likelihood continuous-bernoulli"):
        made("discretized-logistic", (3,)).check(x)


def test_levels_in_float32_are_levels() -> None:
    made("discretized-logistic", (256,)).check((torch.arange(256, dtype=torch.uint8).float() / 255)[None])


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.measure is LogProbKind.DENSITY])
@pytest.mark.parametrize("at", [-3.0, 0.0, 0.4, 2.0])
def test_densities_integrate_to_one(name: str, at: float) -> None:
    likelihood = made(name, (1,))
    features = torch.full((1, *likelihood.features_shape), at)
    low, high = ROWS[name].reaches
    if name == "beta":  # whose peak at an end no quadrature likes
        features[0, 1] = 5.0
    breaks = (
        [low, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, high]
        if ROWS[name].bounded
        else [at - 40, at - 20, at - 5, at, at + 5, at + 20, at + 40]
    )
    total = integral(lambda x: likelihood(features).log_prob(x[:, None]).exp(), breaks)
    assert abs(total - 1) < 1e-12


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("bernoulli", 2),
        ("binomial", 256),
        ("categorical", 256),
        ("discretized-logistic", 256),
        ("mixture-of-discretized-logistics", 256),
    ],
)
@pytest.mark.parametrize("at", [-3.0, 0.0, 0.4, 2.0])
def test_masses_sum_to_one(name: str, count: int, at: float) -> None:
    likelihood = made(name, (1,))
    support = torch.arange(count)[:, None] / (count - 1)
    total = likelihood(torch.full((1, *likelihood.features_shape), at)).log_prob(support).exp().sum()
    assert abs(total - 1) < 1e-12


@everyone
def test_the_mean_is_that_of_draws(name: str) -> None:
    likelihood = made(name, (3,))
    p_x = likelihood(torch.randn(likelihood.features_shape))
    assert_mean(p_x.sample((20_000,)), p_x.mean)


@everyone
def test_gradients_reach_the_features(name: str) -> None:
    likelihood = made(name, (3,))
    features = torch.randn(5, *likelihood.features_shape, requires_grad=True)
    likelihood(features).log_prob(ROWS[name].data(5, 3)).sum().backward()
    assert (features.grad != 0).all()


@everyone
@pytest.mark.parametrize("at", [-1e4, -100.0, 0.0, 100.0, 1e4])
def test_extreme_features_stay_finite_in_float32(name: str, at: float) -> None:
    torch.set_default_dtype(torch.float32)
    likelihood = made(name, (3,))
    features = torch.full((5, *likelihood.features_shape), at)
    if ROWS[name].per_value == 2:
        features[:, 3:] = max(-100.0, min(at, 30.0))
    features.requires_grad_(True)
    values = likelihood(features).log_prob(ROWS[name].data(5, 3))
    values.sum().backward()
    assert values.isfinite().all()
    assert features.grad.isfinite().all()


@everyone
def test_saves_and_loads(name: str) -> None:
    one, other = made(name, (3, 2, 2)), made(name, (3, 2, 2))
    with torch.no_grad():
        for tensor in one.state_dict().values():
            tensor.add_(1)
    other.load_state_dict(one.state_dict())
    x, features = ROWS[name].data(5, 3, 2, 2), torch.randn(5, *one.features_shape)
    assert torch.equal(one(features).log_prob(x), other(features).log_prob(x))
