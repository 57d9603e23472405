import math

import pytest
import torch

from autoencode.latent.paths import linear, spherical

pytestmark = pytest.mark.usefixtures("double")


def test_on_the_circle_it_turns_at_even_speed():
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    angles = torch.linspace(0, math.pi / 2, 7)
    torch.testing.assert_close(spherical(a, b, 7), torch.stack([angles.cos(), angles.sin()], -1))


def test_norms_change_evenly_and_ends_are_exact():
    a, b = torch.randn(16), 3 * torch.randn(16)
    path = spherical(a, b, 9)
    expected = torch.linspace(a.norm().item(), b.norm().item(), 9)
    torch.testing.assert_close(path.norm(dim=1), expected)
    assert torch.equal(path[0], a)
    assert torch.equal(path[-1], b)


def test_steps_turn_by_the_same_angle():
    path = spherical(torch.randn(5), torch.randn(5), 6)
    unit = path / path.norm(dim=1, keepdim=True)
    cosines = (unit[1:] * unit[:-1]).sum(1)
    torch.testing.assert_close(cosines, cosines[:1].expand(5))


@pytest.mark.parametrize("b", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 1e-9]])
def test_where_there_is_no_great_circle_it_is_the_straight_line(b):
    a, b = torch.tensor([1.0, 0.0]), torch.tensor(b)
    torch.testing.assert_close(spherical(a, b, 5), linear(a, b, 5))


def test_nearly_parallel_in_single_precision():
    a = torch.randn(8, dtype=torch.float32)
    path = spherical(a, a + 1e-3 * torch.randn(8, dtype=torch.float32), 5)
    assert path.isfinite().all()
    torch.testing.assert_close(path, a.expand(5, 8), atol=5e-3, rtol=0)


def test_the_straight_line():
    a, b = torch.randn(3), torch.randn(3)
    torch.testing.assert_close(linear(a, b, 5)[1], 0.75 * a + 0.25 * b)
    assert torch.equal(linear(a, b, 5)[-1], b)
