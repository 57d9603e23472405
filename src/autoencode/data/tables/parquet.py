"""Apache Parquet files: tables whose columns have types."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from autoencode.data.arrays.npy import ArrayHeader, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.tables.columns import Frame, import_pandas
from autoencode.data.tables.table import read_table
from autoencode.errors import CapabilityError
from autoencode.storage import open_regular

_CELL_BYTES = 16
"""Memory that a cell takes, about."""


@file_format(".parquet", header=lambda path: read_parquet_header(path), table=lambda path, _: read_parquet_frame(path))
def read_parquet(path: Path, options: ReadOptions | None = None) -> Examples:
    """Apache Parquet tables: numbers, categories and missing cells.

    Args:
        path: where it lies.
        options: how it is to be read, see `read_table`.

    Raises:
        DataError: damaged, or larger than this machine's memory.
        CapabilityError: pandas or pyarrow is not installed.
    """
    options = options or ReadOptions()
    options.refuse(path.name, "axes", "channels", "parts")
    return read_table(read_parquet_frame(path), options)


def read_parquet_frame(path: Path) -> Frame:
    """The table as a pandas.DataFrame.

    Raises:
        DataError: damaged, or larger than this machine's memory.
        CapabilityError: pandas or pyarrow is not installed.
    """
    pandas = import_pandas()
    header = read_parquet_header(path)
    check_fits(_CELL_BYTES * header.shape[0] * header.shape[1], str(path))
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        return pandas.read_parquet(file, engine="pyarrow")


def read_parquet_header(path: Path) -> ArrayHeader:
    """How many rows and columns there are; no cell is read.

    Raises:
        DataError: damaged.
        CapabilityError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise CapabilityError("Parquet files are read by pyarrow, which is not installed: pip install pandas pyarrow")
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        metadata = import_module("pyarrow.parquet").ParquetFile(file).metadata
        return ArrayHeader((metadata.num_rows, metadata.num_columns), np.dtype(np.float64))
