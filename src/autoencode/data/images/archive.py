"""Zip and tar files of pictures, which are not trusted."""

import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.content import suffix_of
from autoencode.data.images.formats import suffixes
from autoencode.errors import DataError
from autoencode.storage import open_regular

_ZIP, _TAR = (".zip",), (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_MOST_FILES = 500_000
_MOST_BYTES = 2**31
"""Of one picture."""
_DISK_SHARE = 0.8
_CHUNK = 2**20
_HIDDEN = (".", "__MACOSX")


class _Member(NamedTuple):
    """A file in an archive: its name as it stands there, and how to open it."""

    name: str
    open: Callable[[], AbstractContextManager[Any]]


def is_picture_archive(path: Path) -> bool:
    """Whether a file is a zip or tar file by its name, or by its content where that has no ending."""
    return path.name.lower().endswith((*_ZIP, *_TAR)) or suffix_of(path) in (*_ZIP, *_TAR)


@contextmanager
def unpacked(path: Path) -> Generator[tuple[Path, tuple[str, ...]]]:
    """A folder with the pictures of an archive, which is removed when the block ends, and lines that must be shown.

    Files that are no pictures by their names, hidden ones, links and devices are left out, and so is what would lie
    outside of the folder. A single folder that holds all others is entered.

    Args:
        path: the archive.

    Raises:
        DataError: damaged, encrypted, without pictures, or larger than the disk's free space.
    """
    with tempfile.TemporaryDirectory(prefix="autoencode-") as place:
        folder = Path(place)
        with wrap_read_errors(str(path)):
            left = _unpack(path, folder)
        notes = tuple(f"{count:,} files of {path.name} are left out: {reason}" for reason, count in left.items())
        yield _inner(folder), notes


def _unpack(path: Path, folder: Path) -> Counter[str]:
    """Writes the pictures, and gives how many files were left out, by the reason."""
    room, left, number = int(_DISK_SHARE * shutil.disk_usage(folder).free), Counter[str](), 0
    with open_regular(path, follow=True) as file:
        members = _zip_members(file, left) if suffix_of(path) in _ZIP else _tar_members(file, left)
        for member in members:
            target = _target(folder, member.name)
            if target is None:
                left["they would lie outside of the folder"] += 1
                continue
            if any(part.startswith(_HIDDEN) for part in PurePosixPath(member.name).parts):
                continue
            if target.suffix.lower() not in suffixes():
                left["no pictures by their names"] += 1
                continue
            if target.exists():
                left["of a name that was there before"] += 1
                continue
            number += 1
            if number > _MOST_FILES:
                raise DataError(f"{path} holds more than {_MOST_FILES:,} pictures: unpack it, and give its folder")
            room -= _copy(member, target, min(room, _MOST_BYTES), path)
    if not number:
        reasons = "; ".join(f"{count:,} files left out: {reason}" for reason, count in left.items()) or "it is empty"
        raise DataError(f"{path} holds no pictures ({reasons}): give an archive of pictures")
    return left


def _zip_members(file: IO[bytes], left: Counter[str]) -> Iterator[_Member]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                left["links or devices"] += 1
                continue
            yield _Member(info.filename, lambda info=info: archive.open(info))


def _tar_members(file: IO[bytes], left: Counter[str]) -> Iterator[_Member]:
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for info in archive:
            if info.isdir():
                continue
            if not info.isreg():
                left["links or devices"] += 1
                continue
            yield _Member(info.name, lambda info=info: _opened(archive, info))


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> AbstractContextManager[Any]:
    opened = archive.extractfile(info)
    if opened is None:
        raise DataError(f"{info.name!r} cannot be read from the archive")
    return opened


def _target(folder: Path, name: str) -> Path | None:
    """Where a file is written; None for names that lead out of the folder, or are none."""
    parts = inner_parts(name)
    return folder.joinpath(*parts) if parts else None


def inner_parts(name: str) -> list[str]:
    """The folders and the file that a name in an archive consists of; none where it leads out of the archive.

    Example:
        >>> inner_parts("./a/b.png"), inner_parts("../b.png"), inner_parts("/etc/passwd")
        (['a', 'b.png'], [], [])
    """
    pure = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in pure.parts if part != "."]
    if pure.is_absolute() or not parts or ".." in parts or ":" in parts[0] or "\0" in name:
        return []
    return parts


def _copy(member: _Member, target: Path, room: int, path: Path) -> int:
    """Writes a file of at most `room` bytes, and gives how many it has; what the archive says of it is not believed.

    Raises:
        DataError: it is larger.
    """
    written = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with member.open() as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > room:
                raise DataError(f"{path} unpacks to more than there is room for on the disk of {tempfile.gettempdir()}")
            copy.write(chunk)
    return written


def _inner(folder: Path) -> Path:
    """The folder, or the only one in it, however deep."""
    inside = list(folder.iterdir())
    return _inner(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder
