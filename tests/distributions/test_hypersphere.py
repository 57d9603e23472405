import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import kl_divergence

from autoencode.distributions import HypersphericalUniform, PowerSpherical, kl, kl_per_dimension
from autoencode.distributions.hypersphere import log_area, rotate_to
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.posteriors import PowerSphericalPosterior
from autoencode.priors import HypersphericalUniformPrior
from support.statistics import assert_mean, assert_uniform

pytestmark = pytest.mark.usefixtures("double")
DIMS = [2, 3, 5, 40]
KAPPAS = [0.0, 0.7, 5.0, 200.0]
every_dims = pytest.mark.parametrize("dims", DIMS)
every_kappa = pytest.mark.parametrize("kappa", KAPPAS)


def made(dims: int, kappa: float, batch: int = 1) -> PowerSpherical:
    loc = torch.nn.functional.normalize(torch.randn(batch, dims), dim=-1)
    return PowerSpherical(loc, torch.full((batch,), kappa))


def uniform(dims: int) -> HypersphericalUniform:
    return HypersphericalUniformPrior(dims)()


def test_areas() -> None:
    assert math.isclose(log_area(2), math.log(2 * math.pi))
    assert math.isclose(log_area(3), math.log(4 * math.pi))


@every_dims
@every_kappa
def test_integrates_to_one(dims: int, kappa: float) -> None:
    """∫ p over the sphere = area of the sphere one dimension below · ∫ p(t) (1 − t²)^((d − 3)/2) dt, with t = cos θ."""
    q = made(dims, kappa)
    constant = q.log_prob(q.loc[0]).item() - kappa * math.log(2)

    def slice_(theta: float) -> float:
        inside = kappa * math.log1p(math.cos(theta)) if kappa else 0.0
        return math.exp(constant + inside + log_area(dims - 1)) * math.sin(theta) ** (dims - 2)

    # The sphere of dimension 0 is two points, of "area" 2.
    total = integrate.quad(slice_, 0, math.pi, limit=200, points=[0.1, 0.5])[0]
    assert math.isclose(total, 1.0, rel_tol=1e-8)


@every_dims
@every_kappa
def test_draws_lie_on_the_sphere_and_follow_the_density(dims: int, kappa: float) -> None:
    q = made(dims, kappa)
    z = q.sample((20_000,))[:, 0]
    assert torch.allclose(z.norm(dim=-1), torch.ones(len(z)), atol=1e-9)
    half = (dims - 1) / 2
    assert_uniform(torch.as_tensor(stats.beta(half + kappa, half).cdf(((1 + z @ q.loc[0]) / 2).numpy())))
    assert_mean(z, q.centre_of_mass[0])
    # What is across the mean direction points everywhere alike: its covariance is a multiple of the projection.
    across = z - (z @ q.loc[0])[:, None] * q.loc[0]
    if dims == 2:
        assert_mean((across @ torch.tensor([1.0, 0.3])).sign(), 0.0)
        return
    projection = torch.eye(dims) - torch.outer(q.loc[0], q.loc[0])
    size = across.square().sum(-1)[:, None, None] / (dims - 1)
    assert_mean(across[:, :, None] * across[:, None, :] - size * projection, 0.0, z=6)


@every_dims
@every_kappa
def test_entropy_and_divergence_agree_with_draws(dims: int, kappa: float) -> None:
    q, p = made(dims, kappa), uniform(dims)
    z = q.sample((20_000,))
    surprise = -q.log_prob(z)[:, 0]
    if kappa == 0:
        assert torch.allclose(surprise, q.entropy(), rtol=1e-9)
        assert kl(q, p, z[:1]).abs().max() < 1e-9
        return
    assert_mean(surprise, q.entropy()[0])
    assert_mean(p.log_prob(z)[:, 0] * -1 - surprise, kl(q, p, z[:1])[0])


def test_three_dimensions_by_hand() -> None:
    """In three dimensions t has the density (1 + t)^κ (κ + 1) / 2^(κ + 1) on [−1, 1]."""
    q = made(3, 4.0)
    x = torch.nn.functional.normalize(torch.randn(7, 1, 3), dim=-1)
    t = (x * q.loc).sum(-1)
    wanted = 4 * torch.log1p(t) + math.log(5) - 5 * math.log(2) - math.log(2 * math.pi)
    assert torch.allclose(q.log_prob(x), wanted, rtol=1e-12)


@every_dims
def test_a_turn_is_one_and_takes_the_axis_there_wherever_that_is(dims: int) -> None:
    axis = torch.eye(dims)[0]
    near = torch.nn.functional.normalize(axis + 1e-12 * torch.randn(dims), dim=-1)
    for loc in (axis, -axis, near, -near, *torch.nn.functional.normalize(torch.randn(20, dims), dim=-1)):
        moved = rotate_to(torch.eye(dims), loc)
        assert torch.allclose(moved[0], loc, atol=1e-12)
        assert torch.allclose(moved @ moved.T, torch.eye(dims), atol=1e-12)


@every_dims
def test_gradients_of_draws_are_those_of_the_mean(dims: int) -> None:
    """E[aᵀx] = aᵀloc · κ / (κ + d − 1), and its gradient with respect to κ and to a direction that is normalised."""
    n, a = 20_000, torch.randn(dims)
    raw = torch.randn(dims).repeat(n, 1).requires_grad_()
    kappa = torch.full((n,), 3.0, requires_grad=True)
    q = PowerSpherical(torch.nn.functional.normalize(raw, dim=-1), kappa)
    by_draw = torch.autograd.grad((q.rsample() @ a).sum(), [raw, kappa])
    one, k = raw[0].detach().requires_grad_(), torch.tensor(3.0, requires_grad=True)
    exact = torch.autograd.grad(torch.nn.functional.normalize(one, dim=-1) @ a * k / (k + dims - 1), [one, k])
    for estimate, wanted in zip(by_draw, exact, strict=True):
        assert_mean(estimate, wanted)


@pytest.mark.parametrize("raw", [-1e4, -30.0, 30.0, 1e4])
@pytest.mark.parametrize("dims", [2, 3, 10])
def test_no_feature_gives_nan_in_float32(dims: int, raw: float) -> None:
    posterior = PowerSphericalPosterior(4, dims).float()
    torch.nn.init.constant_(posterior.concentration.bias, raw)
    q = posterior(torch.randn(1_000, 4, dtype=torch.float32))
    z = q.rsample((3,))
    (z.sum() + q.log_prob(z).sum() + kl(q, HypersphericalUniformPrior(dims).float()(), z).sum()).backward()
    assert all(weight.grad.isfinite().all() for weight in posterior.parameters())
    assert torch.allclose(z.norm(dim=-1), torch.ones(3, 1_000, dtype=torch.float32), atol=1e-5)


def test_float32_keeps_the_divergence_of_a_narrow_one() -> None:
    q = made(3, 1e5)
    narrow = PowerSpherical(q.loc.float(), q.concentration.float())
    exact = kl_divergence(q, uniform(3))
    assert torch.allclose(kl_divergence(narrow, HypersphericalUniformPrior(3).float()()).double(), exact, rtol=1e-6)


def test_the_uniform_is_uniform() -> None:
    p = uniform(3)
    z = p.sample((20_000,))
    assert_uniform((1 + z[:, 0]) / 2)  # Archimedes
    assert np.allclose(p.log_prob(z), -math.log(4 * math.pi))
    assert_mean(z, p.mean)


def test_what_has_no_meaning_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"latent_dim must be 2 or more .*, not 1"):
        PowerSphericalPosterior(4, 1)
    with pytest.raises(CapabilityError, match="PowerSpherical and HypersphericalUniform"):
        kl_per_dimension(made(3, 1.0), uniform(3))
