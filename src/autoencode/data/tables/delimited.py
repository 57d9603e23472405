"""Text files of tables: a line for each row, with a comma, a semicolon, a tab or a bar between cells."""

import csv
import re
from collections.abc import Generator
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
_SAMPLE_BYTES, _SAMPLE_LINES = 2**16, 30
_MISSING = ["?", "-", "--", ".", "missing"]
"""What people write into cells that are missing, besides what pandas knows: nothing, NA, NaN, null, None, …"""
_TIMES = 4
"""Memory that a table takes, as a multiple of its file."""
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_DECIMAL_COMMA, _DECIMAL_POINT = re.compile(r"[-+]?\d+,\d+"), re.compile(r"[-+]?\d+\.\d+")


class Dialect(NamedTuple):
    """How a text file is written.

    Args:
        encoding: by Python's name.
        separator: between cells.
        heading: whether the first line names the columns.
        decimal: what stands before decimals.
    """

    encoding: str
    separator: str
    heading: bool
    decimal: str = "."


@file_format(".csv", header=lambda path: read_delimited_header(path), table=lambda path: read_delimited_frame(path))
@file_format(".tsv", header=lambda path: read_delimited_header(path), table=lambda path: read_delimited_frame(path))
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
    return read_table(read_delimited_frame(path), options)


def read_delimited_frame(path: Path, rows: int | None = None) -> Frame:
    """The table as a pandas.DataFrame; columns without a heading are called "column 1", "column 2", ….

    Args:
        path: where it lies.
        rows: at most so many; None for all.

    Raises:
        DataError: damaged, no table, or larger than this machine's memory.
        CapabilityError: pandas is not installed.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        if rows is None:
            check_fits(_TIMES * path.stat().st_size, str(path))
        return _named(import_pandas().read_csv(file, nrows=rows, low_memory=False, **_pandas_options(file, path)))


def open_delimited(path: Path, rows: int) -> Generator[Frame]:
    """The same a part at a time.

    Args:
        path: where it lies.
        rows: of each part, at most.

    Raises:
        DataError: damaged, or no table.
        CapabilityError: pandas is not installed.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        options = _pandas_options(file, path)
        with import_pandas().read_csv(file, chunksize=rows, low_memory=False, **options) as frames:
            for frame in frames:
                yield _named(frame)


def _pandas_options(file: BinaryIO, path: Path) -> dict[str, Any]:
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
        "index_col": False,
    }


def _named(frame: Frame) -> Frame:
    """Columns without a heading, which pandas numbers, by names."""
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
    heading = not all(_NUMBER.fullmatch(cell) for cell in rows[0])
    cells = [cell for row in rows for cell in row]
    comma = any(map(_DECIMAL_COMMA.fullmatch, cells)) and not any(map(_DECIMAL_POINT.fullmatch, cells))
    return Dialect(encoding, separator, heading, "," if comma and separator != "," else ".")


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
