"""The columns of a table: how cells become numbers that a model learns from, and numbers become cells again."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from types import ModuleType
from typing import Any, final

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64

from autoencode.data.extras import import_extra
from autoencode.errors import DataError

Frame = Any
"""A pandas.DataFrame: pandas is an extra, and its own types are not there without it."""
Cells = Any
"""A pandas.Series: one column of a frame."""
_TRUTH = ("False", "True")
"""The values of a column that pandas reads as true and false, however a file writes them."""
_SHOWN = 5
_DIGITS = 9


def import_pandas() -> ModuleType:
    """pandas, which reads tables.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("pandas", "tables are read by pandas", "pandas pyarrow")


def is_frame(value: object) -> bool:
    """Whether something is a pandas.DataFrame; pandas is not imported for it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


@dataclass(frozen=True)
class Column(ABC):
    """One column.

    Args:
        name: its heading.
    """

    name: str

    @property
    @abstractmethod
    def value_names(self) -> tuple[str, ...]:
        """A name for each number that a cell becomes."""
        raise NotImplementedError

    @property
    @abstractmethod
    def indicators(self) -> tuple[bool, ...]:
        """Which of these numbers are 0 or 1 and stay so, in place of being standardised."""
        raise NotImplementedError

    @property
    @abstractmethod
    def cell(self) -> str:
        """What the cells are for a likelihood: see `autoencode.distributions.table_cells.CellLayout`."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """How many numbers a cell becomes."""
        return len(self.value_names)

    @abstractmethod
    def encode(self, cells: Cells) -> Float64[np.ndarray, "n width"]:
        """The numbers of cells; a missing number is NaN, a missing category is 0 in all indicators.

        Raises:
            DataError: a cell that does not fit the column; the message names it by its row, counted from 1.
        """
        raise NotImplementedError

    @abstractmethod
    def decode(self, x: Float64[np.ndarray, "n width"]) -> list[Any]:
        """The cells of numbers in the units of the column."""
        raise NotImplementedError


@final
@dataclass(frozen=True)
class NumberColumn(Column):
    """A column of numbers.

    Args:
        name: its heading.
        decimals: how many decimals its cells have, to which new ones are rounded; None for as many as there are.
        has_gaps: whether cells are missing; a second number is then 1 where a cell is known, and 0 where it is missing.
    """

    decimals: int | None = None
    has_gaps: bool = False

    @property
    def value_names(self) -> tuple[str, ...]:
        """Its name, and that of what says that it is known."""
        return (self.name, f"{self.name} is known") if self.has_gaps else (self.name,)

    @property
    def indicators(self) -> tuple[bool, ...]:
        """What says that it is known."""
        return (False, True) if self.has_gaps else (False,)

    @property
    def cell(self) -> str:
        """A number."""
        return "1?" if self.has_gaps else "1"

    def encode(self, cells: Cells) -> Float64[np.ndarray, "n width"]:
        """The numbers, NaN where one is missing, and where there are gaps whether it is known.

        Raises:
            DataError: text among them, or infinity.
        """
        pandas = import_pandas()
        numbers = pandas.to_numeric(cells, errors="coerce")
        wrong = numbers.isna().to_numpy() & ~cells.isna().to_numpy()
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError(
                f"column '{self.name}' holds numbers, and row {row + 1:,} has {str(cells.iloc[row])[:40]!r}: correct "
                "it, or leave the cell empty"
            )
        x = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        if (infinite := np.isinf(x)).any():
            row = int(infinite.argmax())
            raise DataError(f"column '{self.name}' is infinite in row {row + 1:,}: correct it, or leave the cell empty")
        return np.stack([x, ~np.isnan(x)], axis=1) if self.has_gaps else x[:, None]

    def decode(self, x: Float64[np.ndarray, "n width"]) -> list[Any]:
        """The numbers, with as many decimals as the column has; whole ones as int."""
        if self.decimals == 0:
            return [int(value) for value in np.rint(x[:, 0])]
        if self.decimals is not None:
            return [round(value, self.decimals) for value in x[:, 0].tolist()]
        return [float(f"{value:.{_DIGITS}g}") for value in x[:, 0].tolist()]


@final
@dataclass(frozen=True)
class CategoryColumn(Column):
    """A column of few different values, each of which is an indicator: 1 where the cell has it, and 0 elsewhere.

    Args:
        name: its heading.
        values: in order, at least two.
    """

    values: tuple[str, ...] = ()

    @property
    def value_names(self) -> tuple[str, ...]:
        """One for each value, such as `colour=red`."""
        return tuple(f"{self.name}={value}" for value in self.values)

    @property
    def indicators(self) -> tuple[bool, ...]:
        """All of them."""
        return (True,) * len(self.values)

    @property
    def cell(self) -> str:
        """A category of so many values."""
        return str(len(self.values))

    def encode(self, cells: Cells) -> Float64[np.ndarray, "n width"]:
        """An indicator for each value, all 0 where a cell is missing.

        Raises:
            DataError: a value that is none of them.
        """
        texts = category_texts(cells)
        places = np.array([-1 if text is None else self.place(text) for text in texts], dtype=np.int64)
        if (wrong := places == self.width).any():
            row = int(wrong.argmax())
            raise DataError(
                f"column '{self.name}' has {str(texts[row])[:40]!r} in row {row + 1:,}, and its values are "
                f"{shown(self.values)}: correct it, or leave the cell empty"
            )
        return (places[:, None] == np.arange(self.width)).astype(np.float64)

    def place(self, text: str) -> int:
        """The number of a value, and the number of values for any other text; true and false are known in any case."""
        text = text.capitalize() if self.values == _TRUTH else text
        return self._places.get(text, self.width)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {value: place for place, value in enumerate(self.values)}

    def decode(self, x: Float64[np.ndarray, "n width"]) -> list[Any]:
        """The value with the largest number."""
        return [self.values[place] for place in x.argmax(1)]


def category_texts(cells: Cells) -> list[str | None]:
    """Cells as text without spaces around it, None where they are missing."""
    missing = cells.isna().to_numpy()
    return [None if gone else str(cell).strip() for cell, gone in zip(cells.tolist(), missing, strict=True)]


@dataclass(frozen=True)
class Columns:
    """All columns that a model learns from, in the order of the table.

    Args:
        columns: at least one.

    Example:
        >>> columns = Columns((NumberColumn("age", 0), CategoryColumn("colour", ("blue", "red"))))
        >>> columns.width, columns.names
        (3, ('age', 'colour'))
        >>> columns.decode(np.array([[41.7, 0.2, 0.9]]))
        [[42], ['red']]
    """

    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The headings."""
        return tuple(column.name for column in self.columns)

    @property
    def category_names(self) -> tuple[str, ...]:
        """The headings of the categories, whose cells must be read as text."""
        return tuple(column.name for column in self.columns if isinstance(column, CategoryColumn))

    @property
    def width(self) -> int:
        """How many numbers a row becomes."""
        return sum(column.width for column in self.columns)

    @property
    def widths(self) -> tuple[int, ...]:
        """How many numbers a cell of each column becomes: 1 for a number, one for each value of a category."""
        return tuple(column.width for column in self.columns)

    @property
    def value_names(self) -> tuple[str, ...]:
        """A name for each number of a row: `age`, `colour=red`."""
        return tuple(name for column in self.columns for name in column.value_names)

    @property
    def indicators(self) -> npt.NDArray[np.bool_]:
        """Which numbers of a row are indicators, (width,)."""
        return np.array([indicator for column in self.columns for indicator in column.indicators])

    @property
    def cells(self) -> str:
        """What the cells of a row are, such as "1,1?,3": see `autoencode.distributions.table_cells.CellLayout`."""
        return ",".join(column.cell for column in self.columns)

    def encode(self, frame: Frame) -> Float64[np.ndarray, "n width"]:
        """The numbers of a table that has these columns in any order; others are not looked up.

        Raises:
            DataError: a column that is not there, or a cell that does not fit its column.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            there = shown([str(name) for name in frame.columns])
            raise DataError(f"the table has no column called {shown(missing, quoted=True)}; it has {there}")
        return np.concatenate([column.encode(frame[column.name]) for column in self.columns], axis=1)

    def decode(self, x: Float64[np.ndarray, "n width"]) -> list[list[Any]]:
        """The cells of each column, of rows in the units of the table."""
        return [column.decode(part) for column, part in self.split(x)]

    def frame(self, x: Float64[np.ndarray, "n width"]) -> Frame:
        """The same as a pandas.DataFrame."""
        return import_pandas().DataFrame(dict(zip(self.names, self.decode(x), strict=True)))

    def split(self, x: Float64[np.ndarray, "n width"]) -> Iterator[tuple[Column, Float64[np.ndarray, "n own"]]]:
        """Each column with its numbers."""
        for column, end in zip(self.columns, accumulate(self.widths), strict=True):
            yield column, x[:, end - column.width : end]


def shown(names: Sequence[str], *, quoted: bool = False) -> str:
    """The first few of some names in one line."""
    some = [f"'{name}'" if quoted else name for name in names[:_SHOWN]]
    text = ", ".join(some) + (", …" if len(names) > _SHOWN else "")
    return text if text.isprintable() else ascii(text)[1:-1]
