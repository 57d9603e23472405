"""Shards in Parquet: a column of pictures in their files' bytes, or columns of numbers."""

import json
from collections.abc import Generator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.content import suffix_of_content
from autoencode.data.shards.samples import MOST_BYTES, LeftOut, Sample
from autoencode.errors import CapabilityError, DataError
from autoencode.storage import open_regular

_ROWS = 256
"""Rows of pictures at a time."""
_LABELS = ("label", "labels", "cls", "class")
_SHOWN = 3


def import_parquet() -> Any:
    """pyarrow.parquet.

    Raises:
        CapabilityError: it is not installed.
    """
    if find_spec("pyarrow") is None:
        raise CapabilityError("Parquet files are read by pyarrow, which is not installed: pip install pandas pyarrow")
    return import_module("pyarrow.parquet")


def picture_columns(path: Path) -> list[str]:
    """The columns that hold the bytes of files: binary ones, and structures with a field `bytes` (Hugging Face).

    Raises:
        CapabilityError: pyarrow is not installed.
        DataError: damaged.
    """
    parquet = import_parquet()
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        schema = parquet.ParquetFile(file).schema_arrow
    return [field.name for field in schema if _is_bytes(field.type)]


def _is_bytes(kind: Any) -> bool:
    types = import_module("pyarrow.types")
    if types.is_struct(kind):
        return any(field.name == "bytes" and _is_bytes(field.type) for field in kind)
    return types.is_binary(kind) or types.is_large_binary(kind)


def parquet_samples(path: Path, left: LeftOut, column: str | None, labels: str) -> Generator[Sample]:
    """The pictures of a Parquet file, in the order of its rows, each with its label.

    Args:
        path: the shard.
        left: is given what is left out.
        column: of the pictures; None for the only one.
        labels: "none", the name of a column, or "auto" for one that is called label, labels, cls or class.

    Raises:
        DataError: damaged, or not clear which column is meant.
    """
    parquet = import_parquet()
    name = _only_picture_column(path, column)
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        opened = parquet.ParquetFile(file)
        schema = opened.schema_arrow
        label = _label_column(schema.names, labels, path)
        names, number = _class_names(schema, label), 0
        for batch in opened.iter_batches(batch_size=_ROWS, columns=[name, *([label] if label else [])]):
            pictures = batch.column(0).to_pylist()
            own = batch.column(1).to_pylist() if label else [None] * len(pictures)
            for picture, value in zip(pictures, own, strict=True):
                number += 1
                content = picture.get("bytes") if isinstance(picture, dict) else picture
                if content is None:
                    left.add(f"row {number}", "no bytes of a picture in it")
                elif len(content) > MOST_BYTES:
                    left.add(f"row {number}", f"{len(content):,} bytes, more than {MOST_BYTES:,}")
                else:
                    yield Sample(f"row {number}", suffix_of_content(content[:512]), content, 0, _text(value, names))


def _text(value: object, names: Sequence[str]) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    return None if value is None or value == "" else str(value)


def _only_picture_column(path: Path, column: str | None) -> str:
    found = picture_columns(path)
    if column is None and len(found) == 1:
        return found[0]
    if column in found:
        return str(column)
    listed = ", ".join(found) or "none"
    raise DataError(f"{path} needs one column of pictures, and has {listed}: name it with --array COLUMN")


def _label_column(columns: Sequence[str], labels: str, path: Path) -> str | None:
    if labels == "none":
        return None
    if labels == "auto":
        return next((name for name in _LABELS if name in columns), None)
    if labels not in columns:
        raise DataError(f"--labels {labels}: {path} has no such column; it has {', '.join(columns[:_SHOWN])}")
    return labels


def _class_names(schema: Any, label: str | None) -> list[str]:
    """The names that Hugging Face keeps for the numbers of a column of classes."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        return [str(name) for name in features[label]["names"]]
    except (KeyError, TypeError, ValueError):
        return []


def number_columns(path: Path, labels: str) -> tuple[list[str], np.dtype[Any], int, str | None]:
    """The columns of numbers, the type that holds them all, how many rows there are, and the column of labels.

    Args:
        path: the shard.
        labels: as of `parquet_samples`; without a name no column is taken for labels.

    Raises:
        DataError: damaged, or a column that holds no numbers.
    """
    parquet, types = import_parquet(), import_module("pyarrow.types")
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        opened = parquet.ParquetFile(file)
        schema, n = opened.schema_arrow, opened.metadata.num_rows
    label = None if labels in ("auto", "none") else _label_column(schema.names, labels, path)
    kept = [field for field in schema if field.name != label]
    for column in kept:
        if not (types.is_integer(column.type) or types.is_floating(column.type) or types.is_boolean(column.type)):
            raise DataError(
                f"{path} has no column of pictures, and its column {column.name!r} holds {column.type}: shards hold "
                "pictures or numbers alone; a table with words in it is read from one file"
            )
    if not kept:
        raise DataError(f"{path} has no columns to learn from")
    dtype = np.result_type(np.float32, *(np.dtype(column.type.to_pandas_dtype()) for column in kept))
    return [column.name for column in kept], dtype, n, label


def number_rows(
    path: Path, columns: Sequence[str], dtype: np.dtype[Any], label: str | None
) -> Generator[tuple[npt.NDArray[Any], list[str | None]]]:
    """The rows of a Parquet file of numbers, some at a time, with their labels.

    Args:
        path: the shard.
        columns: their order.
        dtype: of the result.
        label: the column of labels.

    Raises:
        DataError: damaged, or a cell that is empty, NaN or infinite.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        opened, first = import_parquet().ParquetFile(file), 1
        for batch in opened.iter_batches(batch_size=2**14, columns=[*columns, *([label] if label else [])]):
            cells = [batch.column(place).to_numpy(zero_copy_only=False) for place in range(len(columns))]
            rows = np.stack([column.astype(dtype) for column in cells], axis=1)
            if not np.isfinite(rows).all():
                row, column = np.argwhere(~np.isfinite(rows))[0]
                raise DataError(
                    f"{path}: row {first + row}, column {columns[column]!r} is empty, NaN or infinite: fill or drop it"
                )
            own = batch.column(len(columns)).to_pylist() if label else [None] * len(rows)
            first += len(rows)
            yield rows, [None if value is None else str(value) for value in own]
