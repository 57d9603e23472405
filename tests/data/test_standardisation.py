"""Columns of vectors brought to mean 0 and standard deviation 1, and back."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from autoencode.data import Standardisation, load
from autoencode.errors import DataError


def table(n: int = 500) -> np.ndarray:
    """Columns of very unlike scales, one that is constant, one of two numbers and one of seconds since 1970."""
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(n, 6)) * [1e6, 1e-4, 1, 1, 1, 3e5] + [0, 0, 5e4, 0, 0, 1.7e9]
    columns[:, 3], columns[:, 4] = 7, columns[:, 4] > 0
    return columns


@pytest.mark.parametrize("limit", [None, 100])
def test_mean_and_scale_are_those_of_the_training_rows(limit: int | None) -> None:
    x = table()
    data = load(x, limit=limit)
    rows = x[data.split.train]
    assert data.standardisation
    np.testing.assert_allclose(data.standardisation.mean, rows.mean(0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(data.standardisation.scale, np.where(rows.std(0) == 0, 1, rows.std(0)), rtol=1e-9)
    trained = data.train.x.double()
    assert data.train.x.dtype == torch.float32
    assert torch.allclose(trained.mean(0), torch.zeros(6, dtype=torch.float64), atol=1e-6)
    assert trained.std(0, correction=0).tolist() == pytest.approx([1, 1, 1, 0, 1, 1], abs=1e-6)
    for name, part in data.subsets.items():
        off = data.standardisation.undo(part.x).numpy() - x[getattr(data.split, name)]
        assert (abs(off) < 1e-6 * np.array(data.standardisation.scale)).all(), name
    assert not load(x, values="raw").standardisation


def test_a_constant_column_is_safe_and_said() -> None:
    data = load(table())
    assert data.standardisation
    assert (data.standardisation.mean[3], data.standardisation.scale[3]) == (7.0, 1.0)
    assert set(data.train.x[:, 3].tolist()) == {0.0}
    assert data.standardisation.apply(torch.tensor([[0.0, 0, 0, 9, 0, 0]]))[0, 3] == 2
    assert any("column 3 is the same in every training row" in note for note in data.notes)


def test_the_number_of_a_constant_that_64_bits_do_not_hold_is_kept() -> None:
    columns = Standardisation.of(torch.full((7, 1), 0.1, dtype=torch.float64))
    assert columns == Standardisation((0.1,), (1.0,))


def test_more_rows_than_one_chunk() -> None:
    x = torch.arange(10_000.0)[:, None]
    columns = Standardisation.of(x)
    assert columns.mean[0] == pytest.approx(4_999.5)
    assert columns.scale[0] == pytest.approx(math.sqrt((10_000**2 - 1) / 12))
    assert torch.allclose(columns.undo(columns.apply(x)).float(), x, atol=1e-3)


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_numbers_whose_squares_overflow(size: float) -> None:
    x = torch.tensor([[1.0], [3.0]], dtype=torch.float64) * size
    assert Standardisation.of(x).apply(x).tolist() == [[-1.0], [1.0]]


def test_numbers_that_have_no_finite_mean_are_refused() -> None:
    with pytest.raises(DataError, match="scale them down"):
        load(np.array([[1.7e308], [1.7e308], [1.6e308], [1.5e308]] * 10))


def test_the_log_volume_turns_one_density_into_the_other() -> None:
    columns = Standardisation((2.0, -1.0), (10.0, 0.01))
    x = torch.tensor([[3.0, -1.004]], dtype=torch.float64)
    own = Normal(torch.tensor(columns.mean).double(), torch.tensor(columns.scale).double()).log_prob(x).sum()
    standard = Normal(0.0, 1.0).log_prob(columns.apply(x).double()).sum()
    assert -own == pytest.approx(float(-standard + columns.log_volume()), abs=1e-6)


def test_missing_numbers_have_no_volume() -> None:
    columns = Standardisation((2.0, -1.0), (10.0, 0.01))
    assert columns.log_volume((0.25, 1.0)) == pytest.approx(0.25 * np.log(10) + np.log(0.01))


def test_data_within_zero_and_one_stay_as_they_are() -> None:
    rng = np.random.default_rng(0)
    for x in (rng.random((30, 4)), rng.random((30, 4)) > 0.5, rng.integers(0, 256, (30, 4), np.uint8)):
        assert load(np.asarray(x)).standardisation is None
    standardised = load(rng.random((30, 4)), values="standardised")
    assert standardised.standardisation
    assert standardised.options["values"] == "standardised"


def test_the_options_give_the_same_again() -> None:
    x = table()
    first = load(x, seed=3, limit=80)
    options: dict[str, Any] = first.options
    again = load(x, **options)
    assert again.standardisation == first.standardisation
    assert again.fingerprint == first.fingerprint
    assert load(x, values="raw").fingerprint != first.fingerprint
    floats = x[:, :3].astype(np.float32)
    assert load(floats, values="raw").fingerprint != load(floats).fingerprint
    assert torch.equal(again.train.x, first.train.x)
