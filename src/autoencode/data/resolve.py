"""Finds what a person meant by a name or a path."""

import difflib
from pathlib import Path

from autoencode.data.formats import file_formats, has_format
from autoencode.data.images.archive import is_picture_archive
from autoencode.data.images.formats import suffixes
from autoencode.data.music.pieces import MUSIC
from autoencode.data.published.dataset_registry import datasets
from autoencode.data.shards.find_shards import find_shards
from autoencode.data.sound.sounds import SOUND
from autoencode.data.text.lines import TEXT
from autoencode.data.video.clip import is_clip
from autoencode.data.volumes.volume import holds_volumes, is_volume
from autoencode.errors import ArgumentError, DataError


def is_registered(source: object) -> bool:
    """Whether `source` names a registered data set; a `Path` never does."""
    return isinstance(source, str) and source in datasets


def resolve_path(source: object) -> Path:
    """The folder, clip or array file that a person named.

    Args:
        source: text or a path; `~` is the home folder.

    Returns:
        Its absolute path.

    Raises:
        ArgumentError: neither text nor a path.
        DataError: nothing is there, or something that is neither a folder nor a clip nor an array file.
    """
    if not isinstance(source, str | Path):
        raise ArgumentError(f"a data set is a name, a path or an array, not {type(source).__name__}")
    if source == "":
        raise DataError("the data were an array in memory; give that array again")
    path, exists = _absolute(source)
    if not exists:
        raise DataError(_missing(str(source), path))
    if not path.is_dir() and not (path.is_file() and _is_source(path)):
        raise DataError(_unfit(path))
    return path


def is_media_path(source: object) -> bool:
    """Whether a person named pictures or clips in files, and no registered set."""
    if is_registered(source):
        return False
    if (shards := find_shards(source)) is not None:
        return shards.hold_pictures
    if not isinstance(source, str | Path):
        return False
    path = resolve_path(source)
    if path.is_dir():
        return not holds_volumes(path) and not any(kind.fills(path) for kind in (TEXT, MUSIC, SOUND))
    return is_clip(path) or is_picture_archive(path)


def is_volume_path(source: object) -> bool:
    """Whether a person named a volume, or a folder of volumes, and no registered set."""
    if is_registered(source) or find_shards(source) is not None or not isinstance(source, str | Path):
        return False
    path = resolve_path(source)
    return holds_volumes(path) if path.is_dir() else is_volume(path)


def name_clash_note(name: str) -> tuple[str, ...]:
    """A note where a registered name is a folder's name as well, against training on the wrong one unawares."""
    return (f"a folder {name} lies here as well; give ./{name} to read that",) if Path(name).is_dir() else ()


def _is_source(file: Path) -> bool:
    return has_format(file) or is_clip(file) or is_picture_archive(file)


def _absolute(source: str | Path) -> tuple[Path, bool]:
    """The absolute path, and whether anything is there."""
    try:
        path = Path(source).expanduser().absolute()
        return path, path.exists()
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # no such user's home, a name too long, a folder that is closed
        raise DataError(f"cannot look at {str(source)[:80]!r}: {error}") from error


def _missing(source: str, path: Path) -> str:
    near = suggest_names(source, path)
    meant = f"did you mean {' or '.join(repr(name) for name in near)}?" if near else _expected()
    return f"no data set, folder or file {source!r}; {meant}"


def suggest_names(source: str, path: Path) -> list[str]:
    """At most three names that a person may have meant: registered sets, and what lies beside the path.

    Args:
        source: what was typed.
        path: the same as a path.

    Returns:
        Names as they would have to be typed, the likeliest first.
    """
    beside = {str(Path(source).with_name(name)) if path.name else name for name in _siblings(path)}
    return difflib.get_close_matches(source, [*datasets, *sorted(beside)], n=3, cutoff=0.6)


def _siblings(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir() if entry.is_dir() or _is_source(entry)]
    except OSError:
        return []


def _expected() -> str:
    """What can be given, for messages."""
    *most, last = file_formats()
    kinds = f"{', '.join(most)} or {last}"
    return f"give a folder, .zip or .tar file of pictures, a clip, a {kinds} file, or one of {', '.join(datasets)}"


def _unfit(path: Path) -> str:
    if path.suffix.lower() in suffixes():
        return f"{path} is a single picture; give the folder of pictures that it lies in"
    if not path.is_file():
        return f"{path} is neither a folder nor a file; {_expected()}"
    return f"{path} is of a kind that is not read; {_expected()} (numpy.save writes .npy)"
