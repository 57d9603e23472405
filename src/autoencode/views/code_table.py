"""Codes as a table in a file: .csv, .parquet, .npz or .npy."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.registry import Registry
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_open


@dataclass(frozen=True, eq=False)
class CodeTable:
    """The codes of some examples.

    Args:
        names: of the examples: their files.
        codes: (n, numbers).
        std: standard deviations of the posterior, (n, numbers), or None.
        labels: the name of the class of each example, or None.
    """

    names: Sequence[str]
    codes: NDArray[Any]
    std: NDArray[np.floating] | None = None
    labels: Sequence[str] | None = None

    def columns(self) -> dict[str, Any]:
        """The columns by name: `file`, `code_1` …, `std_1` …, `label`."""
        found: dict[str, Any] = {"file": list(self.names)}
        found |= {f"code_{i}": column for i, column in enumerate(self.codes.T, 1)}
        if self.std is not None:
            found |= {f"std_{i}": column for i, column in enumerate(self.std.T, 1)}
        return found if self.labels is None else {**found, "label": list(self.labels)}


code_formats: Registry[Callable[[Any, CodeTable], None]] = Registry("format of codes", "autoencode encode --help")


def write_codes(path: Path, table: CodeTable) -> None:
    """Writes codes in the format that the name of the file says, completely or not at all.

    Args:
        path: ends in .csv, .parquet, .npz or .npy.
        table: the codes.

    Raises:
        ArgumentError: another ending, or a file that autoencode did not write.
        CapabilityError: a package is missing.
        StorageError: the file cannot be written.
    """
    write = check_code_file(path)
    with atomic_open(path) as file:
        write(file, table)


def check_code_file(path: Path) -> Callable[[Any, CodeTable], None]:
    """What writes a file of this name; raises before any work where nothing does.

    Raises:
        ArgumentError: another ending, or a file that autoencode did not write.
        CapabilityError: a package is missing.
    """
    if path.suffix.lower() not in code_formats:
        raise ArgumentError(
            f"codes are written as {', '.join(code_formats)}, not {path.suffix or path.name}: name --out so"
        )
    check_replaceable(path)
    if path.suffix.lower() == ".parquet":
        _pyarrow("")
    return code_formats[path.suffix.lower()]


@code_formats.register(".csv")
def _write_csv(file: Any, table: CodeTable) -> None:
    columns = table.columns()
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            lines.writerow(row)  # 32-bit numbers in the fewest digits that read back the same
    finally:
        text.detach()


@code_formats.register(".npz")
def _write_npz(file: Any, table: CodeTable) -> None:
    arrays: dict[str, Any] = {"files": table.names, "codes": table.codes, "std": table.std, "labels": table.labels}
    kept: dict[str, Any] = {name: np.asarray(value) for name, value in arrays.items() if value is not None}
    np.savez(file, **kept)


@code_formats.register(".npy")
def _write_npy(file: Any, table: CodeTable) -> None:
    if table.std is not None:
        raise ArgumentError(".npy holds one array, and --std makes two: name --out in .csv, .npz or .parquet")
    np.save(file, table.codes)


@code_formats.register(".parquet")
def _write_parquet(file: Any, table: CodeTable) -> None:
    _pyarrow(".parquet").write_table(_pyarrow("").table(table.columns()), file)


def _pyarrow(module: str) -> Any:
    try:
        return import_module(f"pyarrow{module}")
    except ModuleNotFoundError:
        raise CapabilityError("Parquet needs pyarrow: pip install pyarrow, or name --out in .csv or .npz") from None
