"""Text files of tables: a line for each row, with a comma, a semicolon, a tab or a bar between cells."""

import csv
import re
import warnings
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from autoencode.data.arrays.npy import ArrayHeader, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.tables.columns import Frame, import_pandas
from autoencode.data.tables.table import read_table
from autoencode.data.text_encoding import text_encoding
from autoencode.errors import DataError
from autoencode.storage import open_regular

_SEPARATORS = ",;\t|"
_ROW_NAMES = "row name"
_SAMPLE_BYTES, _SAMPLE_LINES = 2**16, 30
_MISSING = ["?", "-", "--", ".", "missing"]
"""What people write into cells that are missing, besides what pandas knows: nothing, NA, NaN, null, None, …"""
_TIMES = 4
"""Memory that a table takes, as a multiple of its file."""
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_NUMBERED = re.compile(r"column ([1-9]\d{0,8})", re.ASCII)
_AS_WRITTEN: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_values": None}
_DECIMAL_COMMA, _DECIMAL_POINT = re.compile(r"[-+]?\d+,\d+"), re.compile(r"[-+]?\d+\.\d+")


class Dialect(NamedTuple):
    """How a text file is written.

    Args:
        encoding: by Python's name.
        separator: between cells.
        heading: whether the first line names the columns.
        decimal: what stands before decimals.
        row_names: whether rows begin with a name that has no heading, as R writes them.
        notes: lines about what was guessed and may be otherwise.
    """

    encoding: str
    separator: str
    heading: bool
    decimal: str = "."
    row_names: bool = False
    notes: tuple[str, ...] = ()


def _frame_of(path: Path, texts: Collection[str]) -> Frame:
    return read_delimited_frame(path, texts=texts)


@file_format(".csv", header=lambda path: read_delimited_header(path), table=_frame_of)
@file_format(".tsv", header=lambda path: read_delimited_header(path), table=_frame_of)
def read_delimited(path: Path, options: ReadOptions | None = None) -> Examples:
    """Tables as text: a row a line, with a heading; numbers, categories and missing cells.

    Args:
        path: where it lies.
        options: how it is to be read, see `read_table`.

    Raises:
        DataError: damaged, no table, or larger than this machine's memory.
        CapabilityError: pandas is not installed.
    """
    options = options or ReadOptions()
    options.refuse(path.name, "axes", "channels", "parts")
    texts = () if options.array is None else (options.array,)
    examples = read_table(read_delimited_frame(path, texts=texts), options)
    return replace(examples, notes=(*dialect_of(path).notes, *examples.notes))


def read_delimited_frame(path: Path, rows: int | None = None, texts: Collection[str] = ()) -> Frame:
    """The table as a pandas.DataFrame; columns without a heading are called "column 1", "column 2", ….

    Args:
        path: where it lies.
        rows: at most so many; None for all.
        texts: columns whose cells stay text, also where they look like numbers: "01" is not 1.

    Raises:
        DataError: damaged, no table, or larger than this machine's memory.
        CapabilityError: pandas is not installed.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        if rows is None:
            check_fits(_TIMES * path.stat().st_size, str(path))
        with _no_cell_lost(path):
            frame = import_pandas().read_csv(file, nrows=rows, low_memory=False, **_pandas_options(file, path, texts))
        return _named(frame)


def open_delimited(path: Path, rows: int, texts: Collection[str] = (), *, as_written: bool = False) -> Generator[Frame]:
    """The same a part at a time.

    Args:
        path: where it lies.
        rows: of each part, at most.
        texts: columns whose cells stay text.
        as_written: whether all cells stay text, also what means that a cell is missing, such as "?" and "NA".

    Raises:
        DataError: damaged, or no table.
        CapabilityError: pandas is not installed.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        options = _pandas_options(file, path, texts) | (_AS_WRITTEN if as_written else {})
        with import_pandas().read_csv(file, chunksize=rows, low_memory=False, **options) as frames:
            while True:
                with _no_cell_lost(path):
                    frame = next(frames, None)
                if frame is None:
                    return
                yield _named(frame)


@contextmanager
def _no_cell_lost(path: Path) -> Generator[None]:
    """Refuses rows with more cells than the heading, which pandas would cut with a warning."""
    lost = import_pandas().errors.ParserWarning
    with warnings.catch_warnings():
        warnings.simplefilter("error", lost)
        try:
            yield
        except lost as error:
            raise DataError(f"{path} has rows with more cells than its heading: give each column a name") from error


def _pandas_options(file: BinaryIO, path: Path, texts: Collection[str]) -> dict[str, Any]:
    """How pandas is to read a file, by its beginning; the file is back at its beginning afterwards."""
    dialect = find_dialect(file.read(_SAMPLE_BYTES), str(path))
    file.seek(0)
    return {
        "sep": dialect.separator,
        "encoding": dialect.encoding,
        "header": 0 if dialect.heading else None,
        "decimal": dialect.decimal,
        "na_values": _MISSING,
        "skipinitialspace": True,
        "index_col": None if dialect.row_names else False,
        "dtype": _types(texts, heading=dialect.heading),
    }


def _types(texts: Collection[str], *, heading: bool) -> dict[str | int, type]:
    """What pandas must not guess; it numbers columns without a heading."""
    if heading:
        return dict.fromkeys(texts, str)
    return {int(found[1]) - 1: str for found in map(_NUMBERED.fullmatch, texts) if found}


def _named(frame: Frame) -> Frame:
    """Columns without a heading, which pandas numbers, by names, and names of rows as a column."""
    if not isinstance(frame.index, import_pandas().RangeIndex):
        frame = frame.reset_index(names=_ROW_NAMES)
    if all(isinstance(name, str) for name in frame.columns):
        return frame
    return frame.set_axis([f"column {n + 1}" for n in range(frame.shape[1])], axis=1)


def read_delimited_header(path: Path) -> ArrayHeader:
    """How many columns there are, by the first lines; the number of rows is not known.

    Raises:
        DataError: damaged, or no table.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        sample = file.read(_SAMPLE_BYTES)
    dialect = find_dialect(sample, str(path))
    lines = _lines(sample.decode(dialect.encoding, errors="ignore"))
    return ArrayHeader((len(lines), len(_cells(lines[0], dialect.separator))), np.dtype(np.float64))


def dialect_of(path: Path) -> Dialect:
    """How a text file is written, see `find_dialect`.

    Raises:
        DataError: no text, or no line.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        return find_dialect(file.read(_SAMPLE_BYTES), str(path))


def find_dialect(sample: bytes, what: str) -> Dialect:
    """How a text file is written, by its beginning.

    UTF-8 and UTF-16 are known by their bytes; anything else is read as Windows-1252. The separator is the one that
    gives every line the same number of cells, and most of them. The first line is a heading unless all its cells are
    numbers.

    Args:
        sample: the first bytes.
        what: the file's name, for the messages.

    Raises:
        DataError: no text, or no line.
    """
    encoding = text_encoding(sample, what, "a table with a line for each row")
    lines = _lines(sample.decode(encoding, errors="ignore"))
    if not lines:
        raise DataError(f"{what} is empty: expected a table with a heading and a line for each row")
    separator = max(_SEPARATORS, key=lambda one: _score(lines, one))
    rows = [_cells(line, separator) for line in lines]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in rows[0])
    heading = numbers < len(rows[0])
    names = heading and len(rows) > 1 and all(len(row) == len(rows[0]) + 1 and row[-1] for row in rows[1:])
    cells = [cell for row in rows for cell in row]
    commas = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    if separator == "," or any(map(_DECIMAL_POINT.fullmatch, cells)):
        commas = []
    notes = _guesses(numbers if heading else 0, commas, row_names=names)
    return Dialect(encoding, separator, heading, "," if commas else ".", names, tuple(notes))


def _guesses(numbers: int, commas: list[str], *, row_names: bool) -> Iterator[str]:
    """Lines about what was guessed."""
    if numbers:
        yield f"{numbers:,} names of columns are numbers: if the first line is data, put a heading above it"
    if commas:
        yield f"commas are read as decimal points: {commas[0]} is {commas[0].replace(',', '.')}"
    if row_names:
        yield f"rows begin with a name without a heading: it is the column {_ROW_NAMES!r}"


def _lines(text: str) -> list[str]:
    """The first lines that hold something; the last is left out where the sample may have cut it."""
    lines = text.splitlines()
    whole = lines[:-1] if len(text) >= _SAMPLE_BYTES // 4 and lines[1:] else lines
    return [line for line in whole if line.strip()][:_SAMPLE_LINES]


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _score(lines: list[str], separator: str) -> tuple[bool, int]:
    counts = {len(_cells(line, separator)) for line in lines}
    return len(counts) == 1 and min(counts) > 1, max(counts) if len(counts) == 1 else min(counts)
