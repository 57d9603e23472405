import math

import mpmath
import pytest
import torch

from autoencode.distributions import DiscretizedLogistic
from support.statistics import assert_frequencies, assert_mean

LEVELS = torch.arange(256, dtype=torch.float64) / 255
LOCS = [-3.0, -0.1, 0.0, 0.2501, 0.5, 1.0, 1.2, 4.0]
LOG_SCALES = [-7.0, -4.0, -2.0, 0.0, 2.0]


def mass(loc: float, log_scale: float, dtype: torch.dtype = torch.float64) -> DiscretizedLogistic:
    return DiscretizedLogistic(torch.tensor(loc, dtype=dtype), torch.tensor(log_scale, dtype=dtype))


@pytest.mark.parametrize("log_scale", LOG_SCALES)
@pytest.mark.parametrize("loc", LOCS)
def test_masses_sum_to_one(loc: float, log_scale: float) -> None:
    assert abs(mass(loc, log_scale).log_prob(LEVELS).logsumexp(0)) < 1e-11


def test_masses_sum_to_one_in_float32() -> None:
    for loc in LOCS:
        log_masses = mass(loc, -3.0, torch.float32).log_prob(LEVELS.float())
        assert abs(log_masses.double().logsumexp(0)) < 1e-4


@pytest.mark.parametrize("log_scale", LOG_SCALES)
@pytest.mark.parametrize("loc", LOCS)
def test_agrees_with_a_difference_of_sigmoids_in_high_precision(loc: float, log_scale: float) -> None:
    ours = mass(loc, log_scale).log_prob(LEVELS)
    # Floating point allows half a unit in the last place of loc, in units of the scale.
    allowed = 1e-15 * math.exp(-log_scale) * 8 + 1e-11
    for level in (0, 1, 2, 63, 64, 127, 200, 254, 255):
        exact = brute_force(level, loc, log_scale)
        assert abs(ours[level].item() - exact) < allowed * max(1, abs(exact))


def brute_force(level: int, loc: float, log_scale: float) -> float:
    with mpmath.workdps(3000 if log_scale < -5 else 200):
        scale = mpmath.exp(mpmath.mpf(log_scale))

        def below(edge: mpmath.mpf) -> mpmath.mpf:
            return 1 / (1 + mpmath.exp(-(edge - mpmath.mpf(loc)) / scale))

        upper = below((mpmath.mpf(level) + 0.5) / 255) if level < 255 else mpmath.mpf(1)
        lower = below((mpmath.mpf(level) - 0.5) / 255) if level > 0 else mpmath.mpf(0)
        return float(mpmath.log(upper - lower))


@pytest.mark.parametrize("log_scale", LOG_SCALES)
@pytest.mark.parametrize("loc", LOCS)
def test_mean_is_the_sum(loc: float, log_scale: float) -> None:
    p = mass(loc, log_scale)
    assert abs(p.mean - (p.log_prob(LEVELS).exp() * LEVELS).sum()) < 1e-11


@pytest.mark.parametrize(("loc", "log_scale"), [(0.5, -2.0), (0.0, -3.0), (0.999, -5.0), (1.3, -1.0), (0.2501, -7.0)])
def test_draws_follow_the_masses(loc: float, log_scale: float) -> None:
    p = mass(loc, log_scale)
    draws = p.sample((20_000,))
    places = (draws * 255).round().long()
    assert torch.equal(draws, LEVELS[places])
    assert_frequencies(torch.bincount(places, minlength=256), p.log_prob(LEVELS).exp())
    assert_mean(draws, p.mean)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("log_scale", [-7.0, -2.0, 2.0])
def test_values_and_gradients_are_finite_in_the_far_tails(log_scale: float, dtype: torch.dtype) -> None:
    loc = torch.tensor([-50.0, -1.0, 0.0, 0.5, 1.0, 2.0, 50.0], dtype=dtype, requires_grad=True)
    scale = torch.full((7,), log_scale, dtype=dtype, requires_grad=True)
    values = DiscretizedLogistic(loc, scale).log_prob(LEVELS.to(dtype)[:, None])
    values.sum().backward()
    for tensor in (values, loc.grad, scale.grad):
        assert tensor.isfinite().all()


def test_the_gradient_points_home_from_the_far_tails() -> None:
    for target, sign in ((0.0, -1), (0.5, -1), (1.0, -1)):
        loc = torch.tensor(50.0, requires_grad=True)
        DiscretizedLogistic(loc, torch.tensor(-7.0)).log_prob(torch.tensor(target)).backward()
        assert loc.grad * sign >= (1 if target < 1 else 0)


def test_gradcheck() -> None:
    loc = torch.tensor([-1.0, 0.2, 0.7, 2.0], dtype=torch.float64, requires_grad=True)
    log_scale = torch.tensor([-1.0, -4.0, 0.0, -2.0], dtype=torch.float64, requires_grad=True)
    x = LEVELS[[0, 51, 255, 128]]
    assert torch.autograd.gradcheck(lambda m, s: DiscretizedLogistic(m, s).log_prob(x), (loc, log_scale))
    assert torch.autograd.gradcheck(lambda m, s: DiscretizedLogistic(m, s).mean, (loc, log_scale))


def test_is_a_distribution() -> None:
    p = DiscretizedLogistic(torch.zeros(2, 3), torch.tensor(-2.0)).expand((4, 2, 3))
    assert p.batch_shape == (4, 2, 3)
    assert p.sample((5,)).shape == (5, 4, 2, 3)
    assert p.mean.shape == (4, 2, 3)
