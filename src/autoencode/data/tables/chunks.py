"""Tables read a part at a time, so that memory does not grow with the file."""

from collections.abc import Collection, Generator
from contextlib import closing
from importlib import import_module
from pathlib import Path

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.content import suffix_of
from autoencode.data.tables.columns import Frame
from autoencode.data.tables.delimited import open_delimited
from autoencode.data.tables.parquet import read_parquet_header
from autoencode.errors import DataError
from autoencode.storage import open_regular

CHUNK_ROWS = 20_000


def table_chunks(
    path: Path, rows: int = CHUNK_ROWS, *, texts: Collection[str] = (), as_written: bool = False
) -> Generator[Frame]:
    """A table as pandas.DataFrames, one after the other; their index counts the rows of the file from 0.

    Args:
        path: a .csv, .tsv or .parquet file.
        rows: of each part, at most.
        texts: columns of a text file whose cells stay text, also where they look like numbers: "01" is not 1. Without
            this their type may differ from part to part.
        as_written: whether all cells of a text file stay text, also "?" and "NA"; in Parquet whole numbers stay whole.

    Raises:
        DataError: damaged, or another kind of file.
        CapabilityError: pandas or pyarrow is not installed.
    """
    suffix = suffix_of(path)
    if suffix not in (".csv", ".tsv", ".parquet"):
        raise DataError(f"{path} is no table: expected .csv, .tsv or .parquet")
    if suffix == ".parquet":
        chunks = _parquet_chunks(path, rows, as_written=as_written)
    else:
        chunks = open_delimited(path, rows, texts, as_written=as_written)
    with wrap_read_errors(str(path)), closing(chunks):
        yield from chunks


def _parquet_chunks(path: Path, rows: int, *, as_written: bool) -> Generator[Frame]:
    read_parquet_header(path)
    with open_regular(path, follow=True) as file:
        begin = 0
        for batch in import_module("pyarrow.parquet").ParquetFile(file).iter_batches(rows):
            frame = batch.to_pandas(integer_object_nulls=as_written)
            yield frame.set_axis(range(begin, begin + len(frame)), axis=0)
            begin += len(frame)
