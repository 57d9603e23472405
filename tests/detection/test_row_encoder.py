"""Rows of a table as numbers and text."""

import numpy as np
import pytest

from autoencode.data.tables.columns import CategoryColumn, Columns, NumberColumn
from autoencode.detection.row_encoder import RowEncoder
from autoencode.errors import DataError

pandas = pytest.importorskip("pandas")
ENCODER = RowEncoder(Columns((NumberColumn("age"), CategoryColumn("colour", ("blue", "red")))))


def frame(**columns):
    return pandas.DataFrame(columns)


def test_numbers_and_indicators_with_one_for_any_other_value():
    x = ENCODER(frame(colour=["red", "green", None], age=[1, 2, None]))
    assert np.array_equal(x[:2], [[1, 0, 1, 0], [2, 0, 0, 1]])
    assert np.isnan(x[2]).all()


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="no column called 'colour'; it has age, size: the detector was fitted"):
        ENCODER(frame(age=[1], size=[2]))


@pytest.mark.parametrize(("cell", "shown"), [("many", "'many'"), (float("inf"), "'inf'")])
def test_a_cell_that_is_no_number_is_named_with_its_row(cell, shown):
    with pytest.raises(DataError, match=f"column 'age' holds numbers, and row 1,002 has {shown}: correct it"):
        ENCODER(frame(age=[1, cell], colour=["red", "red"]), first_row=1_001)


def test_cells_and_what_was_expected_as_text():
    assert ENCODER.describe(0, 120000) == "120,000"
    assert ENCODER.describe(0, None) == "missing"
    assert ENCODER.describe(1, " red ") == "red"
    assert ENCODER.describe_expected(0, np.array([31_000.0]), np.array([52_000.0])) == "31,000 to 52,000"
    assert ENCODER.describe_expected(0, np.array([3.0]), np.array([3.0])) == "3"
    shares = np.array([0.3, 0.7, 0.0])
    assert ENCODER.describe_expected(1, shares, shares) == "red or blue"
