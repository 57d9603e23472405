"""What lies in a folder, and who touched it."""

import contextlib
import ctypes
import hashlib
import os
import stat
import struct
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

_MOST = 2**24
_OPENED, _MODIFIED, _METADATA, _MOVED, _CREATED, _DELETED = 0x20, 0x2, 0x4, 0xC0, 0x100, 0x200
_ACCESSED = 0x1


def snapshot(folder: Path, without: Iterable[Path] = ()) -> dict[str, str]:
    """Each path below a folder with its kind, size, mode and content, or where it points; links are not followed."""
    left_out = {str(path) for path in without}
    found: dict[str, str] = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if str(Path(parent) / name) not in left_out]
        for name in [*folders, *files]:
            path = Path(parent) / name
            if str(path) not in left_out:
                found[str(path.relative_to(folder))] = _described(path)
    return found


def _described(path: Path) -> str:
    status = path.lstat()
    kind = stat.filemode(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return f"{kind} -> {path.readlink()}"
    if not stat.S_ISREG(status.st_mode):
        return kind
    with path.open("rb") as file:
        return f"{kind} {status.st_size} {hashlib.sha256(file.read(_MOST)).hexdigest()}"


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The paths that appeared, vanished or changed."""
    lines = [f"{path} appeared" for path in after.keys() - before.keys()]
    lines += [f"{path} vanished" for path in before.keys() - after.keys()]
    return sorted(lines + [f"{path} changed" for path in before.keys() & after.keys() if before[path] != after[path]])


@dataclass
class Touched:
    """The names of files that were opened or read while somebody watched."""

    names: list[str] = field(default_factory=list[str])


@contextlib.contextmanager
def watched(paths: Iterable[Path]) -> Generator[Touched]:
    """Notes which of these files, or what in these folders, is opened meanwhile, by any library (Linux's inotify)."""
    libc, touched = ctypes.CDLL(None, use_errno=True), Touched()
    watcher = libc.inotify_init1(os.O_NONBLOCK)
    watches = {libc.inotify_add_watch(watcher, os.fsencode(path), _OPENED | _ACCESSED): path for path in paths}
    try:
        yield touched
        touched.names = sorted({str(watches[number] / name) for number, name in _events(watcher)})
    finally:
        os.close(watcher)


def _events(watcher: int) -> Generator[tuple[int, str]]:
    try:
        while data := os.read(watcher, 2**16):
            while data:
                number, _, _, length = struct.unpack_from("iIII", data)
                yield number, os.fsdecode(data[16 : 16 + length].rstrip(b"\0"))
                data = data[16 + length :]
    except BlockingIOError:
        return
