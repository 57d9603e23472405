"""Patches and their sum."""

import pytest
import torch
import torch.nn.functional as F

from autoencode.nn.convolutions.overlap_add import Grid, extract_patches, overlap_add

GRIDS: list[Grid] = [
    (3, 1, 1, 6, 5),
    (4, 2, 1, 8, 10),
    (3, 2, 1, 7, 8),
    (3, 2, 1, 8, 7),
    (2, 2, 0, 6, 4),
    (5, 1, 2, 6, 6),
]
"""The fourth leaves a column of the padding that no patch reaches, or a row."""


def counts(grid: Grid) -> tuple[int, int]:
    kernel, stride, padding, height, width = grid
    return (height + 2 * padding - kernel) // stride + 1, (width + 2 * padding - kernel) // stride + 1


@pytest.mark.parametrize("grid", GRIDS)
def test_patches_are_those_of_unfold(grid: Grid) -> None:
    kernel, stride, padding, height, width = grid
    x = torch.randn(3, 4, height, width, dtype=torch.float64)
    theirs = F.unfold(x.transpose(0, 1), kernel, padding=padding, stride=stride)
    theirs = theirs.reshape(4, 3, kernel, kernel, *counts(grid)).permute(2, 3, 1, 0, 4, 5)
    assert torch.equal(extract_patches(x, grid), theirs)


@pytest.mark.parametrize("grid", GRIDS)
def test_their_sum_is_that_of_fold(grid: Grid) -> None:
    kernel, stride, padding, height, width = grid
    patches = torch.randn(kernel, kernel, 3, 4, *counts(grid), dtype=torch.float64)
    columns = patches.permute(3, 2, 0, 1, 4, 5).reshape(4, 3 * kernel**2, -1)
    theirs = F.fold(columns, (height, width), kernel, padding=padding, stride=stride).transpose(0, 1)
    torch.testing.assert_close(overlap_add(patches, grid), theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("grid", GRIDS)
def test_derivatives_of_both_and_theirs_again(grid: Grid) -> None:
    x = torch.randn(1, 2, *grid[3:], dtype=torch.float64, requires_grad=True)
    patches = torch.randn(grid[0], grid[0], 1, 2, *counts(grid), dtype=torch.float64, requires_grad=True)
    for function, given in ((extract_patches, x), (overlap_add, patches)):
        assert torch.autograd.gradcheck(lambda t, f=function: f(t, grid).square(), (given,))
        assert torch.autograd.gradgradcheck(lambda t, f=function: f(t, grid).square(), (given,))
