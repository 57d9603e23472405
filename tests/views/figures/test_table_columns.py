import pytest
import torch

from autoencode.data.tables.columns import CategoryColumn, Columns, NumberColumn
from autoencode.errors import ShapeError
from autoencode.views.figures import png, table_columns

COLUMNS = Columns((NumberColumn("age"), CategoryColumn("town", ("Bergen", "Cork", "Oslo"))))
ROWS = torch.tensor([[20.0, 1, 0, 0], [30, 1, 0, 0], [40, 0, 1, 0], [50, 0, 0, 0]])


def test_numbers_are_dots_and_categories_shares_that_come_back():
    back = torch.tensor([[21.0, 0.9, 0.2, 0], [29, 0.1, 0.3, 0], [41, 0, 0.8, 0.1], [49, 1, 0, 0]])
    figure = table_columns(COLUMNS, ROWS, back)
    age, town = figure.axes
    assert age.lines[0].get_xdata().tolist() == [20, 30, 40, 50]
    assert age.lines[0].get_ydata().tolist() == [21, 29, 41, 49]
    assert [text.get_text() for text in age.texts] == ["0.99 of the variance", "age"]
    assert [bar.get_width() for bar in town.patches] == [0.5, 1.0]  # Oslo has no rows, the last row no town
    assert [text.get_text() for text in town.texts] == ["67 % right", "town"]


def test_a_constant_column_and_one_of_missing_categories_are_drawn():
    rows = torch.tensor([[2.0, 0, 0, 0], [2, 0, 0, 0]])
    figure = table_columns(COLUMNS, rows, rows)
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["constant", "no cell is known"]
    assert png(figure)


def test_more_columns_than_have_room():
    wide = Columns(tuple(NumberColumn(f"c{n}") for n in range(30)))
    figure = table_columns(wide, torch.rand(5, 30), torch.rand(5, 30))
    assert len(figure.axes) == 24
    assert figure.axes[-1].get_xlabel() == "the first 24 of 30 columns"


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match=r"of shape \(n, 4\), not \(4, 4\) and \(3, 4\)"):
        table_columns.__wrapped__(COLUMNS, ROWS, ROWS[:3])
