"""Rows of numbers, some of them missing, and categories."""

import pytest
import torch
from torch.distributions import Categorical, Normal

from autoencode.distributions.table_cells import CellLayout, TableCells
from autoencode.errors import ArgumentError

LAYOUT = CellLayout.parse("1,1?,3,2")


def cells(n: int = 4) -> TableCells:
    generator = torch.Generator().manual_seed(0)
    loc, logits = (torch.randn(n, k, generator=generator, dtype=torch.float64) for k in (2, 5))
    return TableCells(LAYOUT, loc, torch.tensor([0.5, 2.0], dtype=torch.float64), logits)


def row(*numbers: float) -> torch.Tensor:
    return torch.tensor([numbers], dtype=torch.float64)


def test_a_complete_row_is_normals_and_categoricals() -> None:
    p = cells(1)
    expected = (
        Normal(p.normal.loc[0, 0], 0.5).log_prob(torch.tensor(0.3))
        + Normal(p.normal.loc[0, 1], 2.0).log_prob(torch.tensor(-1.0))
        + Categorical(logits=p.logits[0, :3]).log_prob(torch.tensor(2))
        + Categorical(logits=p.logits[0, 3:]).log_prob(torch.tensor(0))
    )
    assert torch.allclose(p.log_prob(row(0.3, -1.0, 1, 0, 0, 1, 1, 0)), expected)


def test_missing_cells_count_nothing_whatever_stands_there() -> None:
    p = cells(1)
    expected = Normal(p.normal.loc[0, 0], 0.5).log_prob(torch.tensor(0.3)) + Categorical(
        logits=p.logits[0, 3:]
    ).log_prob(torch.tensor(1))
    for filled in (0.0, 17.0):
        assert torch.allclose(p.log_prob(row(0.3, filled, 0, 0, 0, 0, 0, 1)), expected)


def test_a_missing_cell_gives_its_mean_no_gradient() -> None:
    loc = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    logits = torch.zeros(1, 5, dtype=torch.float64, requires_grad=True)
    TableCells(LAYOUT, loc, torch.ones(2, dtype=torch.float64), logits).log_prob(
        row(1.0, 5.0, 0, 0, 0, 0, 0, 1)
    ).sum().backward()
    assert loc.grad is not None
    assert logits.grad is not None
    assert loc.grad.tolist() == [[1.0, 0.0]]
    assert logits.grad[0, :3].tolist() == [0.0, 0.0, 0.0]
    assert logits.grad[0, 3:].tolist() == [-0.5, 0.5]


def test_draws_have_their_frequencies_and_no_missing_cell() -> None:
    torch.manual_seed(0)
    p, n = cells(1), 20_000
    x = p.sample((n,))[:, 0]
    assert (x[:, 2] == 1).all()
    assert (x[:, 3:6].sum(1) == 1).all()
    assert (x[:, 6:].sum(1) == 1).all()
    mean = p.mean[0]
    deviation = torch.where(mean == 1, 0.0, torch.cat([torch.tensor([0.5, 2.0, 0.0]), (mean * (1 - mean))[3:].sqrt()]))
    assert ((x.mean(0) - mean).abs() <= 4 * deviation / n**0.5 + 1e-12).all()
    assert torch.allclose(x[:, :2].std(0), torch.tensor([0.5, 2.0], dtype=torch.float64), rtol=0.03)


def test_expand_repeats_the_row() -> None:
    p = cells(1)
    wide = p.expand((3, 1))
    x = row(0.3, -1.0, 1, 0, 0, 1, 1, 0)
    assert wide.log_prob(x).shape == (3, 1)
    assert torch.allclose(wide.log_prob(x), p.log_prob(x))
    assert wide.mean.shape == (3, 1, 8)


def test_what_counts_is_what_is_known() -> None:
    x = torch.cat([row(0.3, -1.0, 1, 0, 0, 1, 1, 0), row(0.3, 0.0, 0, 0, 0, 0, 0, 1)])
    assert LAYOUT.counted(x).int().tolist() == [[1, 1, 0, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 1, 1]]


@pytest.mark.parametrize("text", ["", "0", "1,", "1,-2", "x", "1;2", "99999", "2?"])
def test_other_layouts_are_errors(text: str) -> None:
    with pytest.raises(ArgumentError, match="cells of a row are 1, 1"):
        CellLayout.parse(text)
