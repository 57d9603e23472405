import math

import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from autoencode.errors import ArgumentError
from autoencode.latent.paths import density, energy, linear

pytestmark = pytest.mark.usefixtures("double")


def standard(z):
    return -0.5 * z.square().sum(-1)


def banana():
    """Normals on an arc: the straight line between its ends is where nothing lies."""
    angles = torch.linspace(0, math.pi, 9)
    locs = 3 * torch.stack([angles.cos(), angles.sin()], -1)
    return MixtureSameFamily(
        Categorical(torch.ones(9)), MultivariateNormal(locs, 0.1 * torch.eye(2).expand(9, 2, 2), validate_args=False)
    )


@pytest.mark.parametrize("density_weight", [0.5, 4.0, 30.0])
def test_for_a_standard_normal_it_is_the_known_curve(density_weight):
    """The discrete Euler equation γ_{i−1} − 2γ_i + γ_{i+1} = density_weight/N² γ_i is solved by hyperbolic sines."""
    a, b, n = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([-1.0, 2.0, 0.3]), 17
    pieces = n - 1
    angle = math.acosh(1 + density_weight / (2 * pieces**2))
    i = torch.arange(n)[:, None]
    expected = (a * torch.sinh((pieces - i) * angle) + b * torch.sinh(i * angle)) / math.sinh(pieces * angle)
    torch.testing.assert_close(
        density(a, b, n, standard, density_weight=density_weight), expected, rtol=1e-4, atol=1e-5
    )


def test_without_a_pull_it_is_the_straight_line():
    a, b = torch.randn(4), torch.randn(4)
    torch.testing.assert_close(density(a, b, 9, standard, density_weight=0.0), linear(a, b, 9))
    torch.testing.assert_close(density(a, b, 9, standard, density_weight=1e-6), linear(a, b, 9), atol=1e-5, rtol=1e-5)


def test_it_follows_the_codes_and_keeps_its_ends():
    p = banana()
    a, b = torch.tensor([3.0, 0.0]), torch.tensor([-3.0, 0.1])
    path = density(a, b, 24, p.log_prob, density_weight=16.0)
    assert torch.equal(path[0], a)
    assert torch.equal(path[-1], b)
    assert path[12].norm() > 2.5
    assert p.log_prob(path).mean() > p.log_prob(linear(a, b, 24)).mean() + 5


def test_it_is_never_less_likely_than_the_straight_line():
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        locs = 2 * torch.randn(5, 3, generator=generator)
        each = MultivariateNormal(locs, 0.3 * torch.eye(3).expand(5, 3, 3))
        p = MixtureSameFamily(Categorical(torch.ones(5)), each)
        a, b = 2 * torch.randn(2, 3, generator=generator)
        path, line = density(a, b, 12, p.log_prob), linear(a, b, 12)
        assert p.log_prob(path).mean() >= p.log_prob(line).mean() - 1e-9
        assert energy(path, p.log_prob, 16.0) <= energy(line, p.log_prob, 16.0) + 1e-9


def test_the_energy_by_hand():
    curve = torch.tensor([[0.0], [1.0], [3.0]])
    # two pieces of time 1/2: ½ (2² + 4²) / 2 = 5; log p: trapezoid of 0, −½, −4½ is (0/2 − ½ − 4½/2) / 2 = −1.375
    assert energy(curve, standard, 2.0).item() == pytest.approx(5 + 2 * 1.375)


def test_two_points_are_the_ends_and_weights_get_no_gradients():
    a, b = torch.zeros(2), torch.ones(2)
    assert density(a, b, 2, standard).tolist() == [[0, 0], [1, 1]]
    scale = torch.nn.Parameter(torch.ones(1))
    density(a, b, 5, lambda z: standard(z) * scale)
    assert scale.grad is None


def test_it_needs_a_density_and_no_negative_weight():
    for wrong in ({"log_density": None}, {"log_density": standard, "density_weight": -1.0}):
        with pytest.raises(ArgumentError, match="follows a density needs one"):
            density(torch.zeros(2), torch.ones(2), 5, **wrong)
