"""Rows of a table as numbers, and numbers as what a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int64

from autoencode.data.tables.columns import (
    CategoryColumn,
    Cells,
    Column,
    Columns,
    Frame,
    NumberColumn,
    category_texts,
    import_pandas,
    shown,
)
from autoencode.errors import DataError

_DIGITS = 4
_COMMON = 0.1


@dataclass(frozen=True)
class RowEncoder:
    """The cells of a table as numbers; NaN in all numbers of a cell that is missing.

    A category is one indicator for each of its values and one for any other value, which a new row may have: what was
    never seen is an outlier, not an error.

    Args:
        columns: of the table.

    Example:
        >>> encoder = RowEncoder(Columns((NumberColumn("age"), CategoryColumn("colour", ("blue", "red")))))
        >>> encoder.cell.tolist()
        [0, 1, 1, 1]
    """

    columns: Columns

    @classmethod
    def of_names(cls, names: Sequence[str]) -> "RowEncoder":
        """Columns of numbers with these names."""
        return cls(Columns(tuple(NumberColumn(name) for name in names)))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns.names

    @property
    def cell(self) -> Int64[np.ndarray, " width"]:
        """To which column each number belongs."""
        return np.repeat(np.arange(len(self.names)), [_width(column) for column in self.columns.columns])

    def __call__(self, frame: Frame, first_row: int = 1) -> Float64[np.ndarray, "n width"]:
        """The numbers of a table that has these columns in any order; others are not looked up.

        Args:
            frame: a pandas.DataFrame.
            first_row: the number of its first row, for messages.

        Raises:
            DataError: a column that is not there, text in a column of numbers, or infinity; named by column and row.
        """
        given = {str(name): name for name in frame.columns}
        if missing := [name for name in self.names if name not in given]:
            raise DataError(
                f"the table has no column called {shown(missing, quoted=True)}; it has {shown(list(given))}: the "
                "detector was fitted to these columns"
            )
        return np.concatenate(
            [_encode(column, frame[given[column.name]], first_row) for column in self.columns.columns], 1
        )

    def describe(self, number: int, cell: Any) -> str:
        """A cell as text, such as "120,000".

        Args:
            number: of the column.
            cell: as it is in the table.
        """
        if cell is None or cell != cell:  # NaN is not equal to itself
            return "missing"
        if isinstance(self.columns.columns[number], CategoryColumn):
            return str(cell).strip()
        return format_number(float(cell))

    def describe_expected(
        self, number: int, low: Float64[np.ndarray, " own"], high: Float64[np.ndarray, " own"]
    ) -> str:
        """What is expected of a cell as text, such as "31,000 to 52,000" or "blue or red".

        Args:
            number: of the column.
            low: the 5 % quantile of a number, or the share of each value.
            high: the 95 % quantile, or the share again.
        """
        column = self.columns.columns[number]
        if not isinstance(column, CategoryColumn):
            decimals = column.decimals if isinstance(column, NumberColumn) else None
            first, last = (format_number(_rounded(float(end[0]), decimals)) for end in (low, high))
            return first if first == last else f"{first} to {last}"
        common = [(share, value) for share, value in zip(low, column.values, strict=False) if share >= _COMMON]
        return " or ".join(value for _, value in sorted(common, reverse=True)[:3]) or "another value"

    def is_expected(
        self,
        number: int,
        x: Float64[np.ndarray, "n own"],
        low: Float64[np.ndarray, "n own"],
        high: Float64[np.ndarray, "n own"],
    ) -> Bool[np.ndarray, " n"]:
        """Whether cells of a column are what `describe_expected` names; missing ones are not.

        Args:
            number: of the column.
            x: the cells as numbers: the value, or the indicator of each category.
            low: as in `describe_expected`.
            high: as in `describe_expected`.
        """
        if isinstance(self.columns.columns[number], CategoryColumn):
            return np.any((x == 1) & (low >= _COMMON), axis=1)
        return np.all((low <= x) & (x <= high), axis=1)


def format_number(value: float) -> str:
    """A number as a person reads it, with four digits and commas between thousands.

    Example:
        >>> format_number(120000.0), format_number(0.123456), format_number(1e-7)
        ('120,000', '0.1235', '1e-07')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e12:
        decimals = max(0, _DIGITS - 1 - int(np.floor(np.log10(abs(value)))) if value else 0)
        text = f"{value:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{_DIGITS}g}"


def _rounded(value: float, decimals: int | None) -> float:
    return value if decimals is None else round(value, decimals)


def _width(column: Column) -> int:
    return column.width + 1 if isinstance(column, CategoryColumn) else 1


def _encode(column: Column, cells: Cells, first_row: int) -> Float64[np.ndarray, "n own"]:
    if isinstance(column, CategoryColumn):
        found = [np.nan if text is None else column.place(text) for text in category_texts(cells)]
        known = np.array(found, dtype=np.float64)[:, None]
        return np.where(np.isnan(known), np.nan, known == np.arange(column.width + 1))
    numbers = import_pandas().to_numeric(cells, errors="coerce")
    x = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (np.isnan(x) & ~cells.isna().to_numpy()) | np.isinf(x)
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"column '{column.name}' holds numbers, and row {first_row + row:,} has {str(cells.iloc[row])[:40]!r}: "
            "correct it, or leave the cell empty"
        )
    return x[:, None]
