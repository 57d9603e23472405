"""What cells are expected to be, given the others."""

import pytest
import torch

from autoencode.detection.expectation import Expectation


@pytest.mark.parametrize("n", [40, 150, 2_000])
def test_ranges_hold_nine_tenths_of_new_rows_however_few_they_come_from(n: int) -> None:
    generator = torch.Generator().manual_seed(n)
    rows, new = (torch.randn(size, 3, generator=generator, dtype=torch.float64) for size in (n, 1_000))
    cell, seen = torch.arange(3), torch.ones(n, 3, dtype=torch.bool)
    found = Expectation(3).fit(rows, seen, cell, generator)(new, torch.ones(1_000, 3, dtype=torch.bool), cell)
    held = ((found.low <= new) & (new <= found.high)).double().mean()
    assert 0.75 < held < 0.95


def test_one_row_is_what_is_expected() -> None:
    rows, cell = torch.tensor([[1.0, 2.0]], dtype=torch.float64), torch.arange(2)
    seen = torch.ones(1, 2, dtype=torch.bool)
    found = Expectation(2).fit(rows, seen, cell, torch.Generator().manual_seed(0))(rows, seen, cell)
    assert torch.allclose(found.low, rows)
    assert torch.allclose(found.high, rows)
