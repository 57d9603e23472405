"""Cells in comparable units."""

import numpy as np
import torch

from autoencode.detection.cell_scale import CellScale


def test_the_robust_copy_is_undone(table):
    scale = CellScale.fit(table, np.arange(5))
    assert np.allclose(scale.undo(scale(table).robust.z).numpy(), table)


def test_units_do_not_matter(table):
    units = np.array([1e-6, 1, 1e6, -3, 7])
    own, other = (CellScale.fit(x, np.arange(5))(x).z for x in (table, table * units + 5))
    assert torch.allclose(own, other * torch.from_numpy(np.tile(np.sign(units), 2)))


def test_ordinary_values_are_of_order_one_and_outliers_do_not_change_that():
    x = np.random.default_rng(0).normal(size=(1000, 1))
    x[:100] = 100
    z = CellScale.fit(x, np.arange(1))(x).robust.z[100:]
    assert z.std() > 0.3  # it would be 0.03 by mean and standard deviation


def test_a_constant_column_and_a_column_of_one_frequent_value():
    x = np.zeros((50, 2))
    x[3, 1] = 1
    z = CellScale.fit(x, np.arange(2))(x).z
    assert z.isfinite().all()
    assert (z[:, 0] == 0).all()
    assert z[3, 1] > 3


def test_missing_cells_are_zero_and_said():
    x = np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 6.0]])
    rows = CellScale.fit(x, np.arange(2))(x)
    assert rows.seen.tolist() == [[True, False] * 2, [True] * 4, [True] * 4]
    assert rows.z[0, 1] == rows.z[0, 3] == 0


def test_a_category_weighs_as_much_as_a_number():
    colours = np.random.default_rng(0).integers(4, size=2000)
    x = (colours[:, None] == np.arange(5)).astype(float)  # the fifth is any other value
    z = CellScale.fit(x, np.zeros(5, dtype=np.int64))(x).robust.z
    assert abs(float(z.var(0).sum()) - 1) < 0.01


def test_a_value_that_was_never_seen_is_far_away():
    x = np.eye(3)[np.random.default_rng(0).integers(2, size=500)]
    scale = CellScale.fit(x, np.zeros(3, dtype=np.int64))
    assert scale(np.eye(3)[2:]).z.abs().max() > 10
