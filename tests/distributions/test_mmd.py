import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from autoencode.distributions import InverseMultiquadric, Kernel, RadialBasis, mmd
from autoencode.distributions.mmd import squared_distances
from autoencode.errors import ArgumentError
from support.quadrature import integral
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

KERNELS = {
    "rbf": RadialBasis(1.3),
    "imq": InverseMultiquadric(2.0),
    "imqs": InverseMultiquadric(2.0, (0.1, 1.0, 10.0)),
}
LOC, SCALE = [0.5, -0.2], [0.8, 1.5]  # of the first distribution in two dimensions; the second is standard


def similarity(loc: Tensor, variance: Tensor, h: float) -> Tensor:
    """E exp(−d²/2h²) for differences d ~ N(loc, variance), in closed form, product over dimensions."""
    return (torch.sqrt(h**2 / (h**2 + variance)) * torch.exp(-(loc**2) / (2 * (h**2 + variance)))).prod()


def closed_form_kl(loc: Tensor, scale: Tensor, h: float) -> Tensor:
    own, other = similarity(0 * loc, 2 * scale**2, h), similarity(0 * loc, torch.full_like(scale, 2.0), h)
    return own + other - 2 * similarity(loc, scale**2 + 1, h)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (5, 5), (3, 7)])
def test_it_is_unbiased_for_the_closed_form_between_normals(n: int, m: int) -> None:
    loc, scale = torch.tensor(LOC), torch.tensor(SCALE)
    draws = [mmd(loc + scale * torch.randn(n, 2), torch.randn(m, 2), RadialBasis(1.3)) for _ in range(4000)]
    assert_mean(torch.stack(draws), closed_form_kl(loc, scale, 1.3))


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_is_unbiased_by_quadrature(name: str) -> None:
    loc, scale, kernel = 0.7, 0.6, KERNELS[name]

    def similar(shift: float, variance: float) -> Tensor:
        d = Normal(shift, variance**0.5)
        return integral(lambda x: kernel(x**2) * d.log_prob(x).exp(), [-12, -3, -1, 0, 1, 3, 12])

    exact = similar(0.0, 2 * scale**2) + similar(0.0, 2.0) - 2 * similar(loc, scale**2 + 1)
    draws = [mmd(loc + scale * torch.randn(4, 1), torch.randn(4, 1), kernel) for _ in range(4000)]
    assert_mean(torch.stack(draws), exact)


@pytest.mark.parametrize("name", KERNELS)
def test_it_is_zero_on_average_between_equals(name: str) -> None:
    draws = torch.stack([mmd(torch.randn(3, 2), torch.randn(3, 2), KERNELS[name]) for _ in range(3000)])
    assert_mean(draws, 0.0)
    assert (draws < 0).any()


def test_it_is_the_sum_over_pairs_of_different_draws() -> None:
    x, y = torch.randn(3, 2), torch.randn(4, 2)

    def k(a: Tensor, b: Tensor) -> float:
        return torch.exp(-(a - b).square().sum() / 2).item()

    within_x = sum(k(x[i], x[j]) for i in range(3) for j in range(3) if i != j) / 6
    within_y = sum(k(y[i], y[j]) for i in range(4) for j in range(4) if i != j) / 12
    across = sum(k(a, b) for a in x for b in y) / 12
    assert mmd(x, y, RadialBasis(1.0)).item() == pytest.approx(within_x + within_y - 2 * across, rel=1e-12)


def test_of_single_draws_it_is_the_distance_of_their_features() -> None:
    x, y = torch.zeros(1, 2), torch.ones(1, 2)
    assert mmd(x, y, RadialBasis(1.0)).item() == pytest.approx(2 - 2 * torch.tensor(-1.0).exp().item(), rel=1e-12)
    assert mmd(x, x, RadialBasis(1.0)) == 0


def test_gradients_are_finite_where_draws_coincide() -> None:
    x = torch.zeros(3, 2, requires_grad=True)
    mmd(x, torch.ones(3, 2), InverseMultiquadric(4.0)).backward()
    assert x.grad.isfinite().all()
    assert (x.grad < 0).all(), "towards the others"


def test_kernels_are_one_at_zero_and_fall() -> None:
    distances = torch.linspace(0, 100, 20)
    for kernel in KERNELS.values():
        similar = kernel(distances)
        assert similar.shape == distances.shape
        assert similar[0] == 1
        assert (similar.diff() < 0).all()


def test_heavy_tails_reach_further() -> None:
    far = torch.tensor(400.0, requires_grad=True)
    by_rbf, by_imq = (torch.autograd.grad(k(far), far)[0].abs() for k in (RadialBasis(1.0), InverseMultiquadric(2.0)))
    assert by_imq > 1e-6 > 1e-80 > by_rbf


def test_distances_are_squared() -> None:
    x, y = torch.randn(3, 2), torch.randn(4, 2)
    assert torch.allclose(squared_distances(x, y), torch.cdist(x, y) ** 2, rtol=1e-10)


@pytest.mark.parametrize(
    "make", [lambda: RadialBasis(0.0), lambda: InverseMultiquadric(-1.0), lambda: InverseMultiquadric(1.0, ())]
)
def test_wrong_arguments_are_errors(make: "type[Kernel]") -> None:
    with pytest.raises(ArgumentError, match="above 0"):
        make()
