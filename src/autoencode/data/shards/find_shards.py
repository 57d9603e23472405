"""Which files a person meant by a pattern such as shard-{0000..0127}.tar."""

import os
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from autoencode.data.content import suffix_of
from autoencode.data.shards.parquet_shard import picture_columns
from autoencode.data.shards.samples import LABEL_ENDINGS
from autoencode.errors import AutoencodeError, DataError

SEPARATOR = "::"
"""Between several files in one text, as WebDataset has it."""
_ENDINGS = (".tar", ".parquet")
_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MOST = 1_000_000
_WILD = "*?["


@dataclass(frozen=True)
class Shards:
    """Files of one kind that hold a data set together.

    Args:
        name: a short name.
        source: what finds them again: an absolute path or pattern, or several with `::` between them.
        files: in order.
    """

    name: str
    source: str
    files: tuple[Path, ...]

    @property
    def hold_pictures(self) -> bool:
        """Whether examples are pictures, by the first file."""
        return suffix_of(self.files[0]) == ".tar" or bool(picture_columns(self.files[0]))


def find_shards(source: object) -> Shards | None:
    """The shards that a person named; None where it is something else.

    They are a list of .tar or .parquet files, a text with `{0000..0127}`, `{a,b}`, `*` or `::` in it, a folder that
    holds nothing but such files, or one file that holds pictures and their labels under one name (WebDataset), or a
    column of pictures.

    Args:
        source: what `autoencode.data.load` takes.

    Raises:
        DataError: a pattern that matches nothing, or shards of two kinds.
    """
    if isinstance(source, Sequence) and not isinstance(source, str) and source:
        if not all(isinstance(one, str | Path) and _is_shard_name(Path(one)) for one in source):
            return None
        return _shards(SEPARATOR.join(str(Path(one).expanduser().absolute()) for one in source))
    if not isinstance(source, str | Path) or source == "":
        return None
    text = str(source)
    try:
        if SEPARATOR in text or (_is_pattern(text) and not Path(text).exists()):
            text = SEPARATOR.join(str(Path(one).expanduser().absolute()) for one in text.split(SEPARATOR))
            return _shards(text)
        path = Path(text).expanduser().absolute()
    except AutoencodeError:
        raise
    except (OSError, RuntimeError, ValueError):  # no such user's home, a name that is none
        return None
    return _in_place(path)


def shard_files(source: str) -> list[Path]:
    """The files of a text such as run.json keeps, whether they exist or not.

    Raises:
        DataError: a pattern of more than a million files.
    """
    files = list[Path]()
    for pattern in source.split(SEPARATOR):
        try:
            for name in _expanded(pattern):
                wild = any(sign in name for sign in _WILD) and not Path(name).exists()
                files += sorted(_matching(Path(name))) if wild else [Path(name)]
                if len(files) > _MOST:
                    raise DataError(f"{pattern[:80]} names more than {_MOST:,} files: check its numbers")
        except AutoencodeError:
            raise
        except (OSError, ValueError, RecursionError) as error:
            raise DataError(f"{pattern[:80]} is no pattern of files: {error}") from error
    return files


def _matching(path: Path) -> Iterator[Path]:
    """The files that fit a path with `*`, `?` or `[` in it."""
    root = Path(path.anchor or ".")
    return root.glob(str(path.relative_to(root)) if path.anchor else str(path))


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in _WILD) or _BRACES.search(text) is not None


def _is_shard_name(path: Path) -> bool:
    return path.suffix.lower() in _ENDINGS


def _expanded(pattern: str) -> Iterator[str]:
    """The names of a pattern with braces, in order."""
    found = _BRACES.search(pattern)
    if found is None:
        yield pattern
        return
    for inner in _inner(found[1]):
        yield from _expanded(pattern[: found.start()] + inner + pattern[found.end() :])


def _inner(text: str) -> Iterator[str]:
    numbers = _RANGE.fullmatch(text)
    if numbers is None:
        yield from text.split(",")
        return
    first, last = int(numbers[1]), int(numbers[2])
    if last - first >= _MOST:
        raise DataError(f"{{{text}}} names more than {_MOST:,} files: check its numbers")
    yield from (f"{number:0{len(numbers[1])}d}" for number in range(first, last + 1))


def _shards(source: str) -> Shards:
    files = _each_once(shard_files(source))
    if not files:
        raise DataError(f"{source} matches no file: expected .tar or .parquet files, as in 'shard-{{0000..0127}}.tar'")
    if missing := [file for file in files if not file.is_file()]:
        raise DataError(
            f"{len(missing):,} of {len(files):,} shards are not there, such as {missing[0]}: check the numbers"
        )
    if len(kinds := {suffix_of(file) for file in files}) > 1 or not kinds <= set(_ENDINGS):
        raise DataError(f"{source} names files of {' and '.join(sorted(kinds))}: shards are all .tar or all .parquet")
    return Shards(_name(files[0]), source, tuple(files))


def _each_once(files: Sequence[Path]) -> list[Path]:
    """The files in order; what overlapping patterns name twice would be learned from twice, and be in two parts."""
    found = dict[str, Path]()
    for file in files:
        found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _name(file: Path) -> str:
    """The name of the first file without its number."""
    return re.sub(r"[-_.]?\d+([-_.]of[-_.]\d+)?$", "", file.stem) or file.parent.name or file.stem


def _in_place(path: Path) -> Shards | None:
    """The shards in a folder of nothing else, or a single file that can only be one."""
    try:
        if path.is_dir():
            return _in_folder(path)
        if not path.is_file() or not _is_shard_name(path):
            return None
        single = _is_webdataset(path) if path.suffix.lower() == ".tar" else bool(picture_columns(path))
    except (OSError, ValueError, AutoencodeError, tarfile.TarError):
        return None
    return Shards(path.stem, str(path), (path,)) if single else None


def _in_folder(folder: Path) -> Shards | None:
    """The shards of a folder of nothing else; the first other file ends the search, as folders may be large."""
    inside = list[Path]()
    for file in folder.iterdir():
        if not file.name.startswith("."):
            if not _is_shard_name(file) or (inside and file.suffix.lower() != inside[0].suffix.lower()):
                return None
            inside.append(file)
    whole = inside and all(file.is_file() for file in inside)
    return Shards(folder.name, str(folder), tuple(sorted(inside))) if whole else None


def _is_webdataset(path: Path) -> bool:
    """Whether the first two files of a tar have one name, and one of them holds a label."""
    with tarfile.open(path, mode="r:") as archive:
        names = [PurePosixPath(info.name) for info in islice((one for one in archive if one.isreg()), 2)]
    keys = {name.with_name(name.name.partition(".")[0] or name.name) for name in names}
    return len(names) == 2 and len(keys) == 1 and any(name.suffix.lower() in LABEL_ENDINGS for name in names)
