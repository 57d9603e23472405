"""Numbers that two computers compute with small differences are rounded alike."""

import numpy as np
import pytest

from autoencode.compression.rounding import MARGIN, Rounding, unpack_decisions
from autoencode.errors import CapabilityError

GRID = 2.0**-10
ROWS = np.arange(2)


def values() -> np.ndarray:
    """Numbers of which many lie near the middle between two grid points."""
    random = np.random.default_rng(0)
    steps = random.integers(-1000, 1000, (2, 500)) + 0.5 + random.normal(size=(2, 500)) * MARGIN / GRID
    steps[:, ::2] = random.uniform(-1000, 1000, (2, 250))
    return steps * GRID


def test_numbers_that_differ_by_less_than_the_margin_are_rounded_alike():
    encoder, exact = Rounding(2), values()
    rounded = encoder.round(exact, GRID, ROWS, 3, 17)
    assert np.abs(rounded - exact).max() <= GRID / 2
    assert np.array_equal(rounded, np.rint(rounded / GRID) * GRID)
    decisions = [unpack_decisions(encoder.pack(row)) for row in range(2)]
    assert 50 < len(decisions[0]) < 400
    other = exact + np.random.default_rng(1).uniform(-0.9, 0.9, exact.shape) * MARGIN
    alone = Rounding(2).round(other, GRID, ROWS, 3, 17)
    assert not np.array_equal(alone, rounded), "without the decisions some differ"
    assert np.array_equal(Rounding(2, decisions).round(other, GRID, ROWS, 3, 17), rounded)


def test_differences_as_large_as_those_of_two_computers_do_not_matter():
    random = np.random.default_rng(2)
    middles = (random.integers(-9000, 9000, (2, 500)) + 0.5) * 2.0**-13
    encoder = Rounding(2)
    rounded = encoder.round(middles + random.uniform(-1e-11, 1e-11, middles.shape), 2.0**-13, ROWS, 0, 0)
    decisions = [unpack_decisions(encoder.pack(row)) for row in range(2)]
    other = middles + random.uniform(-1e-11, 1e-11, middles.shape)
    assert np.array_equal(Rounding(2, decisions).round(other, 2.0**-13, ROWS, 0, 0), rounded)


def test_a_number_that_only_the_decoder_finds_undecided_is_rounded_as_it_is():
    exact = np.array([[7.5 * GRID + 1.05 * MARGIN]])
    encoder = Rounding(1)
    rounded = encoder.round(exact, GRID, ROWS[:1], 0, 0)
    assert not encoder.decisions[0]
    near = exact - 0.1 * MARGIN
    assert np.array_equal(Rounding(1, [{}]).round(near, GRID, ROWS[:1], 0, 0), rounded)


@pytest.mark.parametrize("grid", [2.0**-9, 2.0**-13])
def test_few_numbers_are_undecided(grid):
    encoder = Rounding(1)
    middles = 0.5 * grid + np.arange(100)[None] * grid
    away = np.where(np.arange(100) % 2, 1.01, 0.99) * MARGIN  # half of them just beyond the margin
    encoder.round(middles + away, grid, ROWS[:1], 0, 0)
    assert len(encoder.decisions[0]) == 50


def test_what_is_no_number_is_refused():
    with pytest.raises(CapabilityError, match="NaN or infinity"):
        Rounding(1).round(np.array([[np.nan]]), GRID, ROWS[:1], 0, 0)
