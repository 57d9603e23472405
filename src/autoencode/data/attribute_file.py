"""Attributes of pictures in a text file: a line for each picture, and a column for each attribute."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data.label_file import entry_of, read_rows
from autoencode.errors import DataError

_MOST_VALUES = 100
_SHOWN = 5


class Attributes(NamedTuple):
    """The values of attributes, and which of them each example has.

    Args:
        values: the names of the values of each attribute, by its name.
        codes: their places, (n, attributes), -1 where it is not known.
        notes: what a person must be shown.
    """

    values: dict[str, tuple[str, ...]]
    codes: Int64[Tensor, "n attributes"]
    notes: tuple[str, ...]


def find_attribute_file(name: str | Path) -> Path:
    """The file that `--attributes` names.

    Raises:
        DataError: there is none.
    """
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise DataError(f"--attributes {name}: there is no such file; it takes a .csv of names and attributes")
    return path


def picture_attributes(path: Path, pictures: Sequence[Path]) -> Attributes:
    """The attributes of each picture by its path in the folder, its name, or its name without its ending.

    Args:
        path: a text file whose first line names the columns; the first column names pictures, each other one has the
            value of an attribute, or nothing where it is not known.
        pictures: paths inside the folder.

    Raises:
        DataError: damaged, without a second column, none of the pictures is in it, or no column has two to a hundred
            different values.
    """
    heading, *rows = read_rows(path) or [[]]
    if len(heading) < 2 or any(len(row) != len(heading) for row in rows):
        raise DataError(f"{path} needs a heading and as many cells in each line: a picture's name, then its attributes")
    entries = {row[0].replace("\\", "/").strip(): [cell.strip() for cell in row[1:]] for row in rows}
    found = [entry_of(picture, entries) for picture in pictures]
    if not any(found):
        raise DataError(f"{path} names none of the pictures, such as {pictures[0].as_posix()}: its first column should")
    columns = {name.strip(): [row[place] if row else "" for row in found] for place, name in enumerate(heading[1:])}
    kept = {name: column for name, column in columns.items() if 1 < len({*column} - {""}) <= _MOST_VALUES}
    if not kept:
        raise DataError(f"{path} has no column of two to {_MOST_VALUES} different values: they would be its attributes")
    values = {name: tuple(sorted({*column} - {""})) for name, column in kept.items()}
    codes = torch.tensor(
        [[values[name].index(cell) if cell else -1 for cell in column] for name, column in kept.items()]
    ).T.contiguous()
    return Attributes(values, codes, _notes(path, values, [name for name in columns if name not in kept], codes))


def _notes(path: Path, values: dict[str, tuple[str, ...]], left: list[str], codes: Tensor) -> tuple[str, ...]:
    shown = ", ".join(f"{name} ({len(own)})" for name, own in list(values.items())[:_SHOWN])
    more = ", …" if len(values) > _SHOWN else ""
    missing = int((codes < 0).any(1).sum())
    return (
        f"{len(values)} attributes and their numbers of values in {path.name}: {shown}{more}",
        *((f"{', '.join(left)}: one value alone or more than {_MOST_VALUES}, not used as attributes",) if left else ()),
        *((f"{missing:,} of {len(codes):,} pictures have an attribute that is not known",) if missing else ()),
    )
