"""Files of a run folder, opened only where they are plain files inside it."""

import os
from pathlib import Path
from typing import BinaryIO

from autoencode.errors import RunError
from autoencode.storage import links_inside_run, open_regular

_ADVICE = "copy the run folder again"


def open_plain(path: Path, limit: int) -> BinaryIO:
    """Opens a file of a run folder to read.

    Args:
        path: the file.
        limit: its largest size in bytes.

    Raises:
        RunError: there is none, it is a link, a pipe or a device, or it is larger.
    """
    if link := next(links_inside_run(path.parent), None):
        raise RunError(f"{link} is a link, and of a run folder only plain files inside it are read: {_ADVICE}")
    try:
        file = open_regular(path)
    except OSError as error:
        if path.is_symlink():
            raise RunError(
                f"{path} is a link, and of a run folder only plain files inside it are read: {_ADVICE}"
            ) from error
        raise RunError(f"{path} cannot be read ({error.strerror}): {_ADVICE}") from error
    size = os.fstat(file.fileno()).st_size
    if size > limit:
        file.close()
        raise RunError(f"{path} has {size:,} bytes, and at most {limit:,} are read: {_ADVICE}")
    return file


def read_plain(path: Path, limit: int) -> bytes:
    """The content of a file of a run folder.

    Args:
        path: the file.
        limit: its largest size in bytes.

    Raises:
        RunError: there is none, it is a link, a pipe or a device, or it is larger.
    """
    with open_plain(path, limit) as file:
        try:
            return file.read(limit)
        except OSError as error:
            raise RunError(f"{path} cannot be read ({error.strerror}): {_ADVICE}") from error
