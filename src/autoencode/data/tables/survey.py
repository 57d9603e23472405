"""Which columns of a table are numbers, which are categories, and which a model cannot learn from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

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

_MOST_VALUES = 50
"""Text of more different values is not taken for a category."""
_MOSTLY = 0.9
"""Where so many cells of a text column are numbers, the others are mistakes."""
_MOST_DECIMALS = 6
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d\d.*)?|\d{1,2}:\d\d(:\d\d.*)?")
_ID = re.compile(r"(.*[ _-])?(id|index|key|uuid)|unnamed: \d+|.*[a-z]ID", re.IGNORECASE)


@dataclass(frozen=True)
class Survey:
    """What is in a table.

    Args:
        columns: those that a model learns from.
        left_out: the names of the others, by the reason.
        missing: how many cells are missing, by the column; no entry for those that are complete.
    """

    columns: Columns
    left_out: dict[str, list[str]]
    missing: dict[str, int]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person must be shown, in lines."""
        return (self._columns_note, *self._missing_note, *self._left_out_note)

    @property
    def _columns_note(self) -> str:
        categories = [column for column in self.columns.columns if isinstance(column, CategoryColumn)]
        numbers = len(self.columns.columns) - len(categories)
        kinds = [_count(numbers, "column of numbers", "columns of numbers")] if numbers else []
        if categories:
            own = shown([f"{column.name} of {column.width} values" for column in categories])
            kinds.append(f"{_count(len(categories), 'of categories', 'of categories')} ({own})")
        return "read as a table: " + " and ".join(kinds)

    @property
    def _missing_note(self) -> tuple[str, ...]:
        if not self.missing:
            return ()
        n = sum(self.missing.values())
        cells = "1 missing cell is" if n == 1 else f"{n:,} missing cells are"
        own = shown([f"{name} {count:,}" for name, count in self.missing.items()])
        return (f"{cells} marked by an indicator and filled with the mean of the column: {own}",)

    @property
    def _left_out_note(self) -> tuple[str, ...]:
        if not self.left_out:
            return ()
        reasons = "; ".join(f"{shown(names)} ({reason})" for reason, names in self.left_out.items())
        return (f"columns left out: {reasons}",)


def survey(frame: Frame) -> Survey:
    """Decides what each column of a table is, from all of its cells.

    A column of numbers stays one. Text of few different values, true and false, and what pandas calls categorical are
    categories. Dates, free text, ids, and columns that are empty or the same in every row are left out.

    Args:
        frame: with at least one row.

    Raises:
        DataError: no row, no column that is left, two columns of one name, or a column of numbers with text among them.
    """
    names = [str(name) for name in frame.columns]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DataError(f"two columns are called {shown(sorted(twice), quoted=True)}: rename one")
    frame = frame.set_axis(names, axis=1)
    if not len(frame):
        raise DataError("the table has no rows")
    columns, left_out, missing = list[Column](), dict[str, list[str]](), dict[str, int]()
    for name in names:
        found = _inspect(name, frame[name])
        if isinstance(found, str):
            left_out.setdefault(found, []).append(name)
            continue
        if gone := int(frame[name].isna().sum()):
            missing[name] = gone
        columns.append(replace(found, has_gaps=gone > 0) if isinstance(found, NumberColumn) else found)
    if not columns:
        reasons = "; ".join(f"{shown(names)}: {reason}" for reason, names in left_out.items())
        raise DataError(
            f"no column is left to learn from ({reasons}): give numbers or categories, or a column of text by --array"
        )
    return Survey(Columns(tuple(columns)), left_out, missing)


def _inspect(name: str, cells: Cells) -> Column | str:
    """The column, or why it is left out."""
    types = import_pandas().api.types
    there = cells.dropna()
    if not len(there):
        return "empty"
    if types.is_datetime64_any_dtype(cells.dtype) or types.is_timedelta64_dtype(cells.dtype):
        return "dates"
    if types.is_bool_dtype(cells.dtype) or isinstance(cells.dtype, import_pandas().CategoricalDtype):
        return _category(name, there)
    if types.is_complex_dtype(cells.dtype):
        return "complex numbers"
    if types.is_numeric_dtype(cells.dtype):
        return _number(name, there)
    return _text(name, cells, there)


def _number(name: str, there: Cells) -> Column | str:
    x = NumberColumn(name).encode(there)[:, 0]
    if (x == x[0]).all():
        return "the same in every row"
    if _is_id(name, x):
        return "ids"
    return NumberColumn(name, _decimals(x))


def _is_id(name: str, x: np.ndarray) -> bool:
    """Whether whole numbers that are all different only count or name the rows."""
    if len(x) < 3 or (x != np.rint(x)).any() or len(np.unique(x)) < len(x):
        return False
    return bool(_ID.fullmatch(name)) or bool((np.diff(x) == 1).all() and x[0] in (0, 1))


def _decimals(x: np.ndarray) -> int | None:
    """With how many decimals all numbers can be said; None where it takes more than six."""
    for decimals in range(_MOST_DECIMALS + 1):
        if np.allclose(x, np.round(x, decimals), rtol=1e-12, atol=1e-9 * 10.0**-decimals):
            return decimals
    return None


def _category(name: str, there: Cells) -> Column | str:
    texts = sorted({text for text in category_texts(there) if text is not None})
    return CategoryColumn(name, tuple(texts)) if len(texts) > 1 else "the same in every row"


def _text(name: str, cells: Cells, there: Cells) -> Column | str:
    texts = [text for text in category_texts(there) if text is not None]
    distinct = set(texts)
    if all(isinstance(cell, bool) for cell in there.tolist()):  # with gaps, which make them objects
        return _category(name, there)
    numeric = ~import_pandas().to_numeric(there, errors="coerce").isna()
    if numeric.mean() >= _MOSTLY:
        NumberColumn(name).encode(cells)  # names the first cell that is no number
        return _number(name, there)
    if len(distinct) == 1:
        return "the same in every row"
    if np.mean([bool(_DATE.fullmatch(text)) for text in texts]) >= _MOSTLY:
        return "dates"
    if len(distinct) <= min(_MOST_VALUES, max(2, len(texts) // 2)):
        return CategoryColumn(name, tuple(sorted(distinct)))
    ids = len(distinct) == len(texts) and not any(" " in text for text in texts)
    return "ids" if ids else f"text of more than {_MOST_VALUES} values" if len(distinct) > _MOST_VALUES else "text"


def _count(n: int, one: str, more: str) -> str:
    return f"{n:,} {one if n == 1 else more}"


def check_label_column(frame: Frame, name: str) -> None:
    """Raises where a column that is named as the labels is not there.

    Raises:
        DataError: it lists the columns.
    """
    if name not in [str(one) for one in frame.columns]:
        raise DataError(f"--labels {name}: there is no such column; there are {shown(_names(frame))}")


def _names(frame: Frame) -> Sequence[str]:
    return [str(name) for name in frame.columns]
