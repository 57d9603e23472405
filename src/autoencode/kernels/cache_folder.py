"""Where compiled code is kept between processes: a folder that only this user can write, with files known to be whole.

Whoever can write a file that a process loads as code runs as the user of that process, so nothing is loaded from a
folder that another user could have made or written to.
"""

import hashlib
import os
import stat
import struct
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_ELF_HEADER = struct.Struct("<4s36xQ10xHH2x")
"""The magic bytes, the offset of the section table, the size of an entry and the number of entries."""


def private_cache_folder(name: str) -> Path:
    """A folder of this name in the user's own cache folder; it is made where it is missing, for this user alone.

    Raises:
        OSError: it cannot be made, or another user owns it or can write to it.
    """
    folder = private_cache_path(name)
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(folder)
    return folder


def private_cache_path(name: str) -> Path:
    """Where `private_cache_folder` is, whether it exists or not."""
    return Path(platformdirs.user_cache_dir("autoencode")) / name


def check_private(path: Path) -> None:
    """Raises unless this user owns a file or folder and no other user can write to it.

    Raises:
        OSError: it is not there, or the message says that others can write to it.
    """
    status = path.stat()
    writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not path.is_absolute() or writable or ("getuid" in dir(os) and status.st_uid != os.getuid()):
        raise PermissionError(f"other users can write to {path}: remove it")


def seal(file: Path) -> Path:
    """Writes the size and the SHA-256 of a file beside it, for `is_intact`; returns the path of what it wrote."""
    written = _seal_path(file)
    written.write_text(_size_and_sha256(file))
    return written


def is_intact(file: Path) -> bool:
    """Whether a file has the size and the SHA-256 that `seal` wrote.

    A library that a full disk or an interrupted copy cut off can end the process that loads it with a bus error, which
    Python cannot catch. So it has to be found out before.
    """
    try:
        return _seal_path(file).read_text() == _size_and_sha256(file)
    except (OSError, ValueError):
        return False


def _seal_path(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _size_and_sha256(file: Path) -> str:
    content = file.read_bytes()
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}\n"


@contextmanager
def locked_without_truncated_libraries(folder: Path) -> Generator[None]:
    """Holds a lock on a folder where PyTorch keeps the programs it compiles, after deleting truncated ones.

    A compiler that is killed leaves a truncated library behind, which would be loaded the next time. It is deleted only
    while no other process holds the lock, since the compiler of that process may be writing one.
    """
    with (folder / ".lock").open("a") as lock:
        if _lock(lock.fileno(), exclusive=True):
            for file in folder.rglob("*.so"):
                if _is_truncated(file):
                    file.unlink(missing_ok=True)
        _lock(lock.fileno(), exclusive=False)
        yield


def _lock(descriptor: int, *, exclusive: bool) -> bool:
    """Takes the lock: an exclusive one without waiting. False where there is none."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
    except OSError:  # another process compiles, or the file system has no locks
        return False
    return True


def _is_truncated(file: Path) -> bool:
    """Whether a library of 64-bit Linux lacks its table of sections, which linkers write last and at the end."""
    if sys.platform != "linux":
        return False
    content = file.read_bytes()
    if len(content) < _ELF_HEADER.size:
        return True
    magic, table, entry_size, entries = _ELF_HEADER.unpack_from(content)
    return magic != b"\x7fELF" or len(content) < table + entry_size * entries
