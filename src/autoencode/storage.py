"""Files that are written whole or not at all, and never through a link inside a run folder."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from autoencode.errors import AutoencodeError, StorageError

if os.name == "posix":
    import fcntl

RUN_FILE = "run.json"
"""The file that makes a folder a run folder."""
_RUN_START = re.compile(rb'\s*\{\s*"format":\s*\d+,\s*"autoencode":')
_PART = ".part"
MAX_NAME_BYTES = 255
"""The longest name of a file on the usual file systems."""


@contextmanager
def atomic_open(path: Path, size: int | None = None) -> Generator[BinaryIO]:
    """Opens a new file that takes the place of `path` when the block ends well, and is removed when it does not.

    Nobody ever sees a half-written `path`: the new file lies beside it under another name, is flushed to the disk and
    then renamed. Missing folders are made.

    Args:
        path: where the file shall be.
        size: how many bytes will be needed, for the message when the disk is full.

    Raises:
        StorageError: the file cannot be written, or a folder on the way to it, inside a run folder, is a link.
    """
    check_no_links(path)
    if os.path.isdir(path):  # noqa: PTH112  # of names that are too long this says no, where Path.is_dir raises
        raise StorageError(f"{path} is a folder, and a file of this name is to be written: choose another name")
    temporary = path.with_name(_temporary_name(path.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _open_new(temporary) as file:
            _lock(file)
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


@contextmanager
def exclusive_lock(path: Path) -> Generator[None]:
    """Holds a lock that only one holder in all processes of this computer can have.

    The lock ends with the process, however that ends. Where the system or the file system knows no locks, nothing is
    locked.

    Args:
        path: an empty file beside what is protected, made here and removed afterwards.

    Raises:
        BlockingIOError: somebody else has the lock.
        StorageError: the file cannot be made, or a folder on the way to it, inside a run folder, is a link.
    """
    if os.name != "posix":
        yield
        return
    check_no_links(path)
    descriptor = _open_locked(path)
    try:
        yield
    finally:
        _remove_quietly(path)
        os.close(descriptor)


def _open_locked(path: Path) -> int:
    """The descriptor of the file, locked; of the file that lies there now, not of one that its holder has removed."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _flags("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"), 0o666)
        except OSError as error:
            raise StorageError(_reason(path, None, error)) from error
        try:
            _lock_now(descriptor)
            if _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock_now(descriptor: int) -> None:
    """Locks a file or raises BlockingIOError; does nothing where the file system knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether a path still leads to an open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def remove_file(path: Path) -> None:
    """Removes a file, if it is there.

    Raises:
        StorageError: it cannot be removed, or a folder on the way to it, inside a run folder, is a link.
    """
    check_no_links(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot remove {path}: {error.strerror or error}") from error


def remove_unfinished(folder: Path) -> None:
    """Removes the unfinished files that killed processes left in a folder and its subfolders.

    Files that another process is writing now are locked by it and stay. Links are not followed.

    Args:
        folder: nothing happens where there is none.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith(_PART):
                _remove_unlocked(Path(place) / name)


def is_run_folder(folder: Path) -> bool:
    """Whether a folder has a run.json that begins as autoencode's does. Only its first bytes are read."""
    try:
        with open_regular(folder / RUN_FILE) as file:
            return _RUN_START.match(file.read(100)) is not None
    except OSError:
        return False


def check_no_links(path: Path) -> None:
    """Raises where, inside a run folder, a folder on the way to a path is a link.

    A run folder may come from a stranger, and a link in it may lead anywhere: what is written through it would
    overwrite files outside. The last part of the path may be a link, as a rename replaces it.

    Raises:
        StorageError: there is such a link.
    """
    if link := next(links_inside_run(path.parent), None):
        raise StorageError(
            f"{link} is a link, and inside a run folder nothing is written through links: put a folder in its place"
        )


def links_inside_run(path: Path) -> Iterator[Path]:
    """The parts of a path that are links and lie inside a run folder, from the outermost on, the path itself included.

    Raises:
        StorageError: the path is too long or cannot be looked up.
    """
    inside = False
    whole = Path.cwd() / path
    for part in (*reversed(whole.parents), whole):
        try:
            if inside and part.is_symlink():
                yield part
            inside = inside or is_run_folder(part)
        except OSError as error:
            raise StorageError(f"cannot look up {part}: {error.strerror or error}") from error


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Opens a file to read; never a pipe or a device, which might block for ever.

    Args:
        path: the file.
        follow: whether it may be a link, as a person's own files may.

    Raises:
        OSError: there is no file, or something else than a regular file.
    """
    flags = _flags("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", *(() if follow else ("O_NOFOLLOW",)))
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _flags(*names: str) -> int:
    """Those that this system has, together."""
    return sum(getattr(os, name, 0) for name in names)


def _temporary_name(name: str) -> str:
    """A hidden name that no other process takes; a long one is cut so that it stays a name."""
    ending = f".{secrets.token_hex(4)}{_PART}"
    kept = os.fsencode(name)[: MAX_NAME_BYTES - len(ending) - 1].decode(errors="ignore")
    return f".{kept}{ending}"


def _lock(file: BinaryIO) -> None:
    """Tells `remove_unfinished` in other processes that somebody is writing; the end of the process unlocks."""
    if os.name == "posix":
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(file, fcntl.LOCK_EX)


def _remove_unlocked(path: Path) -> None:
    if os.name != "posix":
        return
    try:
        with open_regular(path) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except OSError:  # somebody writes it, or has just removed it
        return


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
