import math

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.nn import FiniteScalarQuantiser

pytestmark = pytest.mark.usefixtures("double")

LEVELS = [[8, 5, 5, 5], [2], [3], [4, 3, 2], [7, 6]]


@pytest.mark.parametrize("levels", LEVELS)
def test_there_are_as_many_codewords_as_the_product_of_levels(levels: list[int]) -> None:
    grid = FiniteScalarQuantiser(levels)
    points = grid(torch.arange(grid.n_codes)[None])
    assert grid.n_codes == math.prod(levels)
    assert len(points.unique(dim=0)) == grid.n_codes
    assert [len(column.unique()) for column in points.T] == levels
    assert points.abs().max() == 1


@pytest.mark.parametrize("levels", LEVELS)
def test_indices_come_back(levels: list[int]) -> None:
    grid = FiniteScalarQuantiser(levels)
    indices = torch.randint(grid.n_codes, (50, 1, 4))
    points, found = grid.quantise(grid(indices))
    assert torch.equal(found, indices)
    assert torch.equal(points[0], grid(indices))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 16])
def test_every_level_is_reached_and_none_beside(n: int) -> None:
    grid = FiniteScalarQuantiser([n])
    x = torch.linspace(-20, 20, 20_001)[:, None]
    points, indices = grid.quantise(grid.bound(x))
    assert torch.equal(indices.unique(), torch.arange(n))
    assert (indices.flatten().diff() >= 0).all()
    assert torch.equal(points[0], grid(indices))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_zero_stays_zero(n: int) -> None:
    grid = FiniteScalarQuantiser([n])
    assert grid.bound(torch.zeros(1, 1)).abs().item() < 1e-12
    assert grid.quantise(grid.bound(torch.zeros(1, 1)))[0].item() == 0


@pytest.mark.parametrize("n", [3, 5, 8])
def test_levels_are_the_whole_numbers_nearest_to_the_bounded_ones(n: int) -> None:
    grid, x = FiniteScalarQuantiser([n]), 3 * torch.randn(1000, 1)
    steps = grid.bound(x) * (n // 2)
    assert steps.min() > -(n // 2) - 0.01
    assert steps.max() < (n - 1) // 2 + 0.01
    assert torch.allclose(grid.quantise(grid.bound(x))[0][0] * (n // 2), steps.round())


@pytest.mark.parametrize("wrong", [[], [1], [5, 0]])
def test_fewer_than_two_levels_are_an_error(wrong: list[int]) -> None:
    with pytest.raises(ArgumentError, match="levels must be 2 or more"):
        FiniteScalarQuantiser(wrong)
