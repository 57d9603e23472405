"""The examples of a shard, one after the other, as they are stored."""

import json
import sys
import tarfile
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.examples import SkippedFile
from autoencode.data.images.archive import inner_parts
from autoencode.data.images.formats import suffixes
from autoencode.data.images.scan import printable
from autoencode.errors import DataError
from autoencode.storage import open_regular

MOST_BYTES = 2**28
"""Of one picture in a shard."""
_MOST_LABEL_BYTES = 2**16
_LONGEST_LABEL = 64
_LISTED = 20
LABEL_ENDINGS = (".cls", ".txt", ".json")
"""The members that hold a label, the first that is there counts."""
_KEYS = ("label", "cls", "class")
"""Where a label is in a .json member."""
_COMPRESSED = ("\x1f\x8b", "BZ", "\xfd7")
_BLOCK = 512


class Sample(NamedTuple):
    """One example of a shard.

    Args:
        key: its name: the path of its members without their endings, or the number of its row.
        suffix: of the picture, such as ".jpg".
        content: the bytes of the picture.
        offset: where they begin in the file.
        label: as text, or None.
    """

    key: str
    suffix: str
    content: bytes
    offset: int
    label: str | None


class LeftOut:
    """What is left out of a shard: the first ones by name, all others by their number.

    Args:
        shard: the name of the file.
    """

    def __init__(self, shard: str) -> None:
        self._shard = shard
        self._named = list[SkippedFile]()
        self._more, self._others = Counter[str](), Counter[str]()

    def add(self, key: str, reason: str) -> None:
        """Notes an example or a member."""
        if len(self._named) < _LISTED:
            self._named.append(SkippedFile(printable(Path(f"{self._shard}/{key}")), reason))
        else:
            self._more[reason] += 1

    def add_other(self, suffix: str) -> None:
        """Notes a member of a kind that is not read."""
        self._others[suffix] += 1

    @property
    def files(self) -> list[SkippedFile]:
        """All of it."""
        others = [
            SkippedFile(f"{suffix or 'without an ending'} in {self._shard}", "neither a picture nor a label", count)
            for suffix, count in self._others.items()
        ]
        more = [SkippedFile(f"more of {self._shard}", reason, count) for reason, count in self._more.items()]
        return [*self._named, *more, *others]


def tar_samples(path: Path, left: LeftOut) -> Generator[Sample]:
    """The pictures of a WebDataset tar, in order, each with its label.

    Members of one name up to its first dot belong together and follow each other, as WebDataset has it: 17.jpg and
    17.cls are a picture and its class. Links, devices, sparse files, names that lead out of the archive, and pictures
    of more than 256 MiB are left out; nothing is unpacked.

    Args:
        path: the shard.
        left: is given what is left out.

    Raises:
        DataError: no tar file, or a compressed one, in which nothing can be found by its place.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        if file.read(2).decode("latin-1") in _COMPRESSED:
            raise DataError(f"{path} is a compressed tar: a picture in it has no place of its own; decompress it first")
        group, members = "", dict[str, tuple[int, bytes]]()
        for name, offset, content in _members(file, left):
            place = PurePosixPath(name)
            key = str(place.with_name(place.name.partition(".")[0] or place.name))
            if key != group:
                yield from _sample(group, members, left)
                group, members = key, {}
            suffix = place.name[len(PurePosixPath(key).name) :].lower()
            if suffix in members:
                left.add(name, "a second file of this name")
            elif suffix in suffixes() or suffix in LABEL_ENDINGS:
                members[suffix] = offset, content
            else:
                left.add_other(suffix)
        yield from _sample(group, members, left)


def _sample(key: str, members: dict[str, tuple[int, bytes]], left: LeftOut) -> Iterator[Sample]:
    """The picture of the members of one name, if there is one."""
    pictures = [suffix for suffix in members if suffix in suffixes()]
    if not pictures:
        if key:
            left.add(key, "no picture: what follows the first dot of a name is its ending")
        return
    if pictures[1:]:
        left.add(key + pictures[1], "a second picture of one name")
    offset, content = members[pictures[0]]
    label = next((_label(suffix, members[suffix][1]) for suffix in LABEL_ENDINGS if suffix in members), None)
    yield Sample(key, pictures[0], content, offset, label)


def _members(file: IO[bytes], left: LeftOut) -> Iterator[tuple[str, int, bytes]]:
    """Name, place and content of the plain files in a tar."""
    file.seek(0, 2)
    end = file.tell()
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:") as archive:
        while (info := _next(archive, left)) is not None:
            archive.members = []  # pyright: ignore[reportAttributeAccessIssue]  # or memory would grow with the archive
            if info.isdir() or not (parts := _fit_parts(info, left)):
                continue
            most = _MOST_LABEL_BYTES if PurePosixPath(info.name).suffix.lower() in LABEL_ENDINGS else MOST_BYTES
            if info.offset_data + info.size > end:
                left.add("/".join(parts), "the shard ends before it does")
                return
            if info.size > most:
                left.add("/".join(parts), f"{info.size:,} bytes, more than {most:,}")
            else:
                file.seek(info.offset_data)
                yield "/".join(parts), info.offset_data, file.read(info.size)
        if archive.offset < end and file.seek(archive.offset) and any(file.read(_BLOCK)):
            left.add(f"byte {archive.offset:,}", "no member begins here: the rest of the shard is left out")


def _next(archive: tarfile.TarFile, left: LeftOut) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except (tarfile.TarError, OSError, ValueError) as error:  # a header may hold anything
        if not archive.offset:
            raise
        left.add(f"byte {archive.offset:,}", f"the shard is damaged here, and its rest is left out: {error}")
        archive.offset = sys.maxsize
        return None


def _fit_parts(info: tarfile.TarInfo, left: LeftOut) -> list[str]:
    """The parts of a member's name; none where it is left out."""
    parts = inner_parts(info.name)
    if not info.isreg() or info.issparse():
        left.add("/".join(parts) or "a member", "a link, a device or a sparse file")
        return []
    if not parts:
        left.add("a member", "its name leads out of the archive")
        return []
    return [] if any(part.startswith(".") for part in parts) else parts


def _label(suffix: str, content: bytes) -> str | None:
    """The label in a member; None where it is none, such as a sentence."""
    text = content.decode("utf-8", errors="replace").strip()
    if suffix == ".json":
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        values = [found[key] for key in _KEYS if key in found] if isinstance(found, dict) else []
        text = str(values[0]) if values and isinstance(values[0], str | int) else ""
    return text if 0 < len(text) <= _LONGEST_LABEL and text.isprintable() else None
