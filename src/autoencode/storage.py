"""Files that are there whole or not at all."""

import errno
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from autoencode.errors import AutoencodeError, StorageError


@contextmanager
def atomic_open(path: Path, size: int | None = None) -> Generator[BinaryIO]:
    """Opens a new file that takes the place of `path` when the block ends well, and is removed when it does not.

    Nobody ever sees a half-written `path`: the new file lies beside it under another name, is flushed to the disk and
    then renamed. Folders that are missing are made.

    Args:
        path: where the file shall be.
        size: how many bytes will be needed, for the message when the disk is full.

    Raises:
        StorageError: the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _open_new(temporary) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except AutoencodeError:
        raise
    except OSError as error:
        raise StorageError(_reason(path, size, error)) from error
    finally:
        _remove_quietly(temporary)


def atomic_write(path: Path, content: bytes | str) -> None:
    """Writes a file so that a reader, or a crash, sees the old content or the new one and nothing between.

    Raises:
        StorageError: the disk is full, or the folder cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with atomic_open(path, len(data)) as file:
        file.write(data)


def _reason(path: Path, size: int | None, error: OSError) -> str:
    needed = "" if size is None else f" ({size:,} bytes needed)"
    if error.errno == errno.ENOSPC:
        return f"cannot write {path}{needed}: the disk is full; free some space and run the same command again"
    return f"cannot write {path}{needed}: {error.strerror or error}"


def _open_new(path: Path) -> BinaryIO:
    return path.open("xb")


def _remove_quietly(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder itself could not be made, or is read-only: the first error says so
        return
