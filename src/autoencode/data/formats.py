"""The kinds of files that are read as examples, by the suffix of their names.

A file in the folder `arrays`, `tables`, `text`, `volumes`, `music` or `sound` beside this one registers what it reads,
and is found because it is there:

    @file_format(".dat")
    def read_dat(path: Path, options: ReadOptions) -> Examples:
        \"\"\"Numbers with spaces between them: one example a row.\"\"\"

Pictures and clips are read by Pillow and FFmpeg; their kinds are not in this table.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autoencode.data.arrays.npy import ArrayHeader
from autoencode.data.content import suffix_of
from autoencode.data.examples import Examples
from autoencode.data.options import ReadOptions
from autoencode.data.tables.columns import Frame
from autoencode.registry import Registry, import_submodules

ReadExamples = Callable[[Path, ReadOptions], Examples]
ReadFrame = Callable[[Path, Collection[str]], Frame]
"""Gives the table in a file; the columns that are named stay text, where the format does not know types."""


@dataclass(frozen=True)
class FileFormat:
    """How one kind of file is read.

    Args:
        read: gives the examples of a file, with what the user said about them.
        header: gives shape and type of the array of examples without reading all of it; None if that is not possible,
            and the recipe must then be named.
        summary: one line about it.
        table: gives the table that a file holds, as a pandas.DataFrame; None for formats of other things.
    """

    read: ReadExamples
    header: Callable[[Path], ArrayHeader] | None
    summary: str
    table: ReadFrame | None = None


_formats: Registry[FileFormat] = Registry("file format", "autoencode list formats")


def file_format(
    suffix: str,
    header: Callable[[Path], ArrayHeader] | None = None,
    table: ReadFrame | None = None,
) -> Callable[[ReadExamples], ReadExamples]:
    """A decorator that registers a function as the reader of files with a suffix.

    Args:
        suffix: in lower case, with its dot.
        header: see `FileFormat`.
        table: the same.
    """

    def decorator(read: ReadExamples) -> ReadExamples:
        _formats.add(suffix, FileFormat(read, header, (read.__doc__ or "").partition("\n")[0], table))
        return read

    return decorator


@cache
def file_formats() -> Registry[FileFormat]:
    """All formats, by suffix."""
    for package in ("arrays", "tables", "text", "volumes", "music", "sound"):
        import_submodules(f"autoencode.data.{package}")
    return _formats


def has_format(path: Path) -> bool:
    """Whether a file is of a registered format, by its suffix, or by its content where it has none."""
    return suffix_of(path) in file_formats()


def format_of(path: Path) -> FileFormat:
    """The format of a file.

    Raises:
        UnknownNameError: there is none for its suffix.
    """
    return file_formats()[suffix_of(path)]
