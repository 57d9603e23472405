"""Labels of pictures in a text file: a line for each, with its name and its class."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from autoencode.data.arrays.npy import read_npy, wrap_read_errors
from autoencode.data.content import suffix_of
from autoencode.data.labels import Labels, read_labels, read_text_labels
from autoencode.data.tables.delimited import find_dialect
from autoencode.errors import DataError
from autoencode.storage import open_regular

_MOST_BYTES = 2**28
_COLUMNS = 2
_SAMPLE = 2**16

Entry = TypeVar("Entry")


def find_label_file(name: str) -> Path:
    """The file that `--labels` names.

    Raises:
        DataError: there is none.
    """
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        raise DataError(f"--labels {name}: there is no such file; it takes auto, none, or a .csv of names and classes")
    return path


def picture_labels(path: Path, pictures: Sequence[Path], unlabelled: str | None = None) -> Labels:
    """The class of each picture by its path in the folder, its name, or its name without its ending.

    Args:
        path: a text file; its first column names pictures, the second their classes, and a heading is passed over.
        pictures: paths inside the folder.
        unlabelled: the class that means none.

    Returns:
        The labels, -1 for pictures that are not in the file.

    Raises:
        DataError: damaged, without two columns, or none of the pictures is in it.
    """
    rows = read_rows(path)
    if not rows or min(map(len, rows)) < _COLUMNS:
        raise DataError(f"{path} has a line without two cells: expected the name of a picture and its class in each")
    classes = {name.replace("\\", "/").strip(): label.strip() for name, label, *_ in rows}
    texts = [entry_of(picture, classes) for picture in pictures]
    if not any(texts):
        raise DataError(f"{path} names none of the pictures, such as {pictures[0].as_posix()}: its first column should")
    return read_text_labels([text or None for text in texts], path.name, unlabelled)


def entry_of(picture: Path, entries: Mapping[str, Entry]) -> Entry | None:
    """What a file says of a picture, by its path in the folder, its name, or its name without its ending."""
    names = (picture.as_posix(), picture.name, picture.stem)
    return next((entries[name] for name in names if name in entries), None)


def array_labels(path: Path, n: int, unlabelled: str | None = None) -> Labels:
    """The class of each example of an array, in order: a .npy file, or the last cell of each line of a text file.

    Args:
        path: of the file.
        n: how many examples there are; one line more is a heading.
        unlabelled: the class that means none.

    Raises:
        DataError: damaged, or another number of labels.
    """
    if suffix_of(path) == ".npy":
        return read_labels(read_npy(path), n, path.name, unlabelled)
    texts = [row[-1].strip() for row in read_rows(path)]
    texts = texts[1:] if len(texts) == n + 1 else texts
    if len(texts) != n:
        raise DataError(f"{path} has {len(texts):,} lines for {n:,} examples: expected one label for each")
    return read_text_labels([text or None for text in texts], path.name, unlabelled)


def read_rows(path: Path) -> list[list[str]]:
    """The cells of each line that is not empty.

    Raises:
        DataError: damaged, or no text.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        content = file.read(_MOST_BYTES)
        dialect = find_dialect(content[:_SAMPLE], str(path))
        text = content.decode(dialect.encoding)
        return [row for row in csv.reader(text.splitlines(), delimiter=dialect.separator) if any(row)]
