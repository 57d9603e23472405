"""The sheet of several futures."""

import pytest
import torch

from autoencode.views.figures import above_each_other, futures


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("truth", [None, 2, 5])
@pytest.mark.parametrize("n", [1, 3])
def test_a_row_for_the_past_one_for_each_future_and_one_where_they_differ(channels, truth, n):
    torch.manual_seed(0)
    known = None if truth is None else torch.rand(truth, channels, 8, 16)
    sheet = futures(torch.rand(2, channels, 8, 16), known, torch.rand(n, 4, channels, 8, 16))
    taller = futures(torch.rand(2, channels, 8, 16), known, torch.rand(n + 1, 4, channels, 8, 16))
    rows = {1: 1, 3: 1}[n] + (n == 1)
    height = 9 * 8 + 4
    assert taller.height - sheet.height == rows * height


def test_long_pasts_and_futures_are_shown_in_part():
    sheets = [futures(torch.rand(past, 1, 8, 8), None, torch.rand(2, n, 1, 8, 8)) for past, n in ((4, 8), (20, 100))]
    assert sheets[0].height == sheets[1].height
    assert abs(sheets[0].width - sheets[1].width) < 20


def test_the_truth_stands_over_the_futures():
    white, black = torch.ones(1, 1, 8, 8), torch.zeros(2, 1, 1, 8, 8)
    with_truth = futures(torch.zeros(1, 1, 8, 8), 1 - white, black)
    without = futures(torch.zeros(1, 1, 8, 8), None, black)
    assert sum(with_truth.convert("L").histogram()[:8]) > sum(without.convert("L").histogram()[:8])


def test_sheets_above_each_other_keep_their_sizes():
    one, other = (futures(torch.rand(2, 1, 8, 8), None, torch.rand(n, 2, 1, 8, 8)) for n in (1, 3))
    both = above_each_other([one, other])
    assert both.size == (max(one.width, other.width), one.height + other.height)
