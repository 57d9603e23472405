import mpmath
import pytest
import torch
from torch import Tensor

from autoencode.distributions import ContinuousBernoulli
from autoencode.distributions.continuous_bernoulli import log_normaliser
from support.quadrature import integral
from support.statistics import assert_mean, assert_uniform

SIZES = [0, 1e-6, 1e-3, 0.05, 0.0999, 0.1001, 1, 10, 30, 100, 700]
LOGITS = sorted({sign * size for size in SIZES for sign in (-1, 1)})
WIDE = [-1e4, -700.0, -30.0, -0.1, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.1, 30.0, 700.0, 1e4]
BREAKS = [0, 0.01, 0.1, 0.5, 0.9, 0.99, 1]
DTYPES = {torch.float64: 1e-12, torch.float32: 2e-6}


def high_precision(logit: float) -> mpmath.mpf:
    eta = mpmath.mpf(logit)
    return mpmath.log(mpmath.expm1(eta) / eta) if eta else mpmath.mpf(0)


def density(logit: float) -> ContinuousBernoulli:
    return ContinuousBernoulli(torch.tensor(logit, dtype=torch.float64))


@pytest.mark.parametrize("logit", [-200.0, -30.0, -3.0, -0.1, -1e-4, 0.0, 1e-4, 0.05, 0.1, 1.0, 17.0, 50.0, 200.0])
def test_integrates_to_one(logit: float) -> None:
    assert abs(integral(lambda x: density(logit).log_prob(x).exp(), BREAKS) - 1) < 1e-12


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("logit", LOGITS)
def test_normaliser_is_exact(logit: float, dtype: torch.dtype) -> None:
    with mpmath.workdps(50):
        at = torch.tensor(logit, dtype=dtype)
        exact = high_precision(at.item())
        # In float32 the value near 0 is a difference of numbers of size 2: two units in the last place of those.
        allowed = max(DTYPES[dtype] * abs(exact), 4 * torch.finfo(dtype).eps)
        assert abs(mpmath.mpf(log_normaliser(at).item()) - exact) <= allowed


@pytest.mark.parametrize("logit", [-5.0, -1.0, 1.0, 5.0, 10.0])
def test_agrees_with_pytorch_where_that_is_right(logit: float) -> None:
    x = torch.linspace(0, 1, 11, dtype=torch.float64)
    theirs = torch.distributions.ContinuousBernoulli(logits=torch.tensor(logit, dtype=torch.float64))
    assert (density(logit).log_prob(x) - theirs.log_prob(x)).abs().max() < 1e-6


def test_pytorch_is_wrong_at_logit_30() -> None:
    theirs = torch.distributions.ContinuousBernoulli(logits=torch.tensor(30.0)).log_prob(torch.tensor(1.0))
    assert abs(density(30.0).log_prob(torch.tensor(1.0)).exp() - 30) < 1e-9
    assert theirs.exp() < 17


@pytest.mark.parametrize("logit", [-200.0, -7.0, -0.1001, -0.0999, 0.0, 1e-6, 0.05, 0.0999, 0.1001, 1.0, 60.0])
def test_mean_is_the_integral(logit: float) -> None:
    assert abs(integral(lambda x: x * density(logit).log_prob(x).exp(), BREAKS) - density(logit).mean) < 1e-12


@pytest.mark.parametrize("logit", [-300.0, -8.0, -5e-4, 0.0, 5e-4, 2e-3, 0.3, 8.0, 300.0])
def test_draws_follow_the_density(logit: float) -> None:
    p = density(logit)
    draws = p.sample((20_000,))
    assert_mean(draws, p.mean)
    assert_mean((draws - p.mean) ** 2, variance(logit))
    assert_uniform(cdf(logit, draws))


def cdf(logit: float, x: Tensor) -> Tensor:
    if logit > 0:
        return 1 - cdf(-logit, 1 - x)
    return torch.expm1(logit * x) / torch.tensor(logit).double().expm1() if logit else x


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("of", [log_normaliser, lambda e: ContinuousBernoulli(e).mean], ids=["normaliser", "mean"])
def test_gradients_are_finite_everywhere(of, dtype: torch.dtype) -> None:
    logits = torch.tensor(WIDE, dtype=dtype, requires_grad=True)
    values = of(logits)
    values.sum().backward()
    assert values.isfinite().all()
    assert logits.grad.isfinite().all()


def test_the_normalisers_gradient_is_the_mean() -> None:
    logits = torch.tensor(WIDE, dtype=torch.float64, requires_grad=True)
    log_normaliser(logits).sum().backward()
    assert (logits.grad - ContinuousBernoulli(logits).mean).abs().max() < 1e-9


def test_gradcheck() -> None:
    logits = torch.tensor([-30.0, -1.0, -0.05, 0.0, 0.05, 1.0, 30.0], dtype=torch.float64, requires_grad=True)
    x = torch.linspace(0.1, 0.9, 7, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda e: ContinuousBernoulli(e).log_prob(x), (logits,))
    assert torch.autograd.gradcheck(lambda e: ContinuousBernoulli(e).mean, (logits,))


@pytest.mark.parametrize("logit", [-5.0, 0.0, 5e-4, 2.0])
def test_gradients_through_draws_are_unbiased(logit: float) -> None:
    logits = torch.full((20_000,), logit, dtype=torch.float64, requires_grad=True)
    ContinuousBernoulli(logits).rsample().sum().backward()
    assert_mean(logits.grad, variance(logit))


def variance(logit: float) -> Tensor:
    """Also the derivative of the mean with respect to the logit, as in every exponential family."""
    p = density(logit)
    return integral(lambda x: (x - p.mean) ** 2 * p.log_prob(x).exp(), BREAKS)


def test_is_a_distribution() -> None:
    p = ContinuousBernoulli(torch.zeros(3)).expand((2, 3))
    assert p.batch_shape == (2, 3)
    assert p.rsample((5,)).shape == (5, 2, 3)
    assert p.log_prob(torch.rand(4, 1, 3)).shape == (4, 2, 3)
    with pytest.raises(ValueError, match="support"):
        ContinuousBernoulli(torch.zeros(3), validate_args=True).log_prob(torch.full((3,), 1.5))
