"""Which files of a folder are pictures, by their names."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autoencode.data.examples import SkippedFile
from autoencode.data.images.formats import suffixes


class FolderScan(NamedTuple):
    """What lies in a folder and below.

    Args:
        pictures: paths inside the folder, in order.
        skipped: pictures by name that are left out.
        others: how many files have no picture's ending.
    """

    pictures: list[Path]
    skipped: list[SkippedFile]
    others: int


def scan_pictures(folder: Path, endings: frozenset[str] | None = None) -> FolderScan:
    """Lists the pictures of a folder and its subfolders, in the order of their paths on every machine.

    Hidden files and folders are passed over. Links are followed only to files that lie inside the folder: a link may
    lead out of what a person meant to give, and a linked folder may contain itself.

    Args:
        folder: where to look.
        endings: of the names that count, in lower case and with their dot; those of pictures where it is left out.

    Returns:
        The pictures by name; nothing is opened yet.
    """
    root, closed, endings = folder.resolve(), list[OSError](), endings or suffixes()
    pictures, skipped, others = list[Path](), list[SkippedFile](), 0
    for path in sorted(_visible(folder, closed), key=lambda path: path.relative_to(folder).parts):
        reason = _unfit(path, root)
        if path.suffix.lower() not in endings and not path.is_dir():
            others += 1
        elif reason:
            skipped.append(SkippedFile(printable(path.relative_to(folder)), reason))
        else:
            pictures.append(path.relative_to(folder))
    return FolderScan(pictures, [*skipped, *(_closed(error, folder) for error in closed)], others)


def printable(path: Path) -> str:
    """A path as one line of text, whatever bytes are in its name."""
    text = path.as_posix()
    return text if text.isprintable() else ascii(text)[1:-1]


def _visible(folder: Path, closed: list[OSError]) -> Iterator[Path]:
    """All files that are not hidden, and folders that are links, which `os.walk` does not enter."""
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        yield from (Path(place) / name for name in (*files, *links) if not name.startswith("."))


def _unfit(path: Path, root: Path) -> str:
    """Why a file is not to be opened; "" where nothing speaks against it."""
    if path.is_symlink() and path.is_dir():
        return "a link to a folder, which is not followed"
    if not path.is_file():
        return "not a file"  # a pipe would wait for ever, and a broken or circular link leads nowhere
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "a link that leads out of the folder"
    if is_generated_sheet(path):
        return "a sheet that autoencode drew"
    return ""


def _closed(error: OSError, folder: Path) -> SkippedFile:
    return SkippedFile(printable(Path(error.filename).relative_to(folder)), f"cannot be looked into: {error.strerror}")


SHEET = "sheet.png"
"""The name of the picture that shows the first ones."""
SOFTWARE = {"Software": "autoencode"}
"""What a drawing's PNG says of itself."""
_MARK = b"tEXtSoftware\0autoencode"
_FAR = 1024


def is_generated_sheet(path: Path) -> bool:
    """Whether it is a sheet that this package drew, and not a person's picture of the same name."""
    if path.name != SHEET:
        return False
    try:
        with path.open("rb") as file:
            return _MARK in file.read(_FAR)
    except OSError:
        return False
