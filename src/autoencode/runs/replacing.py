"""What a result may take the place of: what autoencode wrote itself, and nothing else unless a person says so."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from autoencode.data.images.picture_writer import MARK
from autoencode.data.images.scan import SHEET
from autoencode.data.music.midi_file import MIDI_MARK
from autoencode.data.sound.wav_file import WAV_MARK
from autoencode.data.volumes.nifti import NIFTI_MARK
from autoencode.errors import ArgumentError
from autoencode.storage import check_no_links, is_run_folder, open_regular, remove_file

CODES_MARK = "file,code_1"
COMPRESSED_MARK = b"\x93AEC\r\n\x1a\n"
"""The first bytes of a compressed file."""
AREAS_HEADING = "picture,class,pixels,share"
SCORES_HEADING = "row,outlier_score,outlier"
ANOMALIES_HEADING = "file,anomaly_score,anomaly"
_MARKS = (
    b"tEXtSoftware\0autoencode",
    b'<meta name="generator" content="autoencode',
    MARK,
    CODES_MARK.encode(),
    SCORES_HEADING.encode(),
    AREAS_HEADING.encode(),
    ANOMALIES_HEADING.encode(),
    COMPRESSED_MARK,
    MIDI_MARK,
    WAV_MARK,
    NIFTI_MARK.encode(),
)
"""What pictures, pages, animations, clips, tables, music and compressed files have near their beginning or end."""
_FAR = 4_096
_RESULTS = frozenset(
    {
        ".onnx",
        ".pt2",
        ".json",
        ".md",
        ".png",
        ".html",
        ".gif",
        ".mp4",
        ".webm",
        ".npy",
        ".npz",
        ".csv",
        ".txt",
        ".parquet",
        ".aec",
        ".mid",
        ".wav",
    }
)
"""What commands write; inside a run folder such files are its own, as are those in formats without place for a mark."""
_UNMARKED = frozenset({".onnx", ".pt2", ".json", ".md", ".npy", ".npz", ".csv", ".txt", ".parquet"})
"""Of these, formats in which results may have no mark, so that a file does not say who wrote it."""
_SERIES = (".png", ".mid", ".wav")
"""Endings of what is numbered."""

_forced = ContextVar("replaces anything", default=False)


@contextmanager
def replace_anything(*, force: bool = True) -> Generator[None]:
    """Inside the block, files that autoencode did not write are replaced, too.

    Args:
        force: False changes nothing.
    """
    before = _forced.set(force or _forced.get())
    try:
        yield
    finally:
        _forced.reset(before)


def check_replaceable(path: Path) -> None:
    """Raises where a result would take the place of a file that autoencode did not write.

    Raises:
        ArgumentError: it would, and replacing was not allowed (`replace_anything`, --force).
    """
    if not (path.exists() or path.is_symlink()) or _forced.get() or _is_own(path):
        return
    whose = "" if path.suffix.lower() in _UNMARKED else ", and autoencode did not write it"
    raise ArgumentError(f"{path} is there already{whose}: choose another --out, or replace it with --force")


def check_no_overwriting(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raises where a result would take the place of a file that it is made of, whatever that is called.

    Raises:
        ArgumentError: it would.
    """
    precious = {_file_identity(path) for path in inputs}
    for output in outputs:
        if (identity := _file_identity(output)) is not None and identity in precious:
            raise ArgumentError(
                f"{output} is one of the files that were given, and it would be overwritten: choose another folder "
                "with --out"
            )


def check_outputs(paths: Iterable[Path], inputs: Iterable[Path]) -> None:
    """The same for the files of a folder: none is an input, and each that is there was written by autoencode.

    Args:
        paths: what is written.
        inputs: what it is made of.

    Raises:
        ArgumentError: one of `paths` is one of the inputs, or was not written by autoencode.
    """
    paths = list(paths)
    check_no_overwriting(paths, inputs)
    for path in paths:
        check_replaceable(path)


def check_output(path: Path | None, inputs: Iterable[object] = (), *, may_be_folder: bool = False) -> None:
    """The same before any work, and for what the result is made of even where anything may be replaced.

    Args:
        path: where the result goes; None for a place in the run folder.
        inputs: what it is made of; other things than paths of files are passed over.
        may_be_folder: whether the result may be files in a folder, which are checked when they are written.

    Raises:
        ArgumentError: `path` is one of the inputs, was not written by autoencode, or is a folder in place of a file.
    """
    if path is None:
        return
    if path.is_dir():
        if not may_be_folder:
            raise ArgumentError(f"{path} is a folder, and the result is one file: give its whole name to --out")
        return
    check_no_overwriting([path], [Path(str(one)) for one in inputs])
    check_replaceable(path)


def remove_series(folder: Path, keep: Iterable[Path]) -> None:
    """Removes the numbered pictures and their sheet, and MIDI and sound, that autoencode wrote into a folder before.

    Args:
        folder: nothing happens where there is none.
        keep: names of pictures that are written next, and are replaced one by one.

    Raises:
        StorageError: one cannot be removed, or lies behind a link inside a run folder.
    """
    check_no_links(folder / SHEET)
    kept = {str(name) for name in keep}
    found = (path for ending in _SERIES for path in folder.glob(f"[0-9]*{ending}"))
    numbered = [path for path in found if path.stem.isdecimal() and path.with_suffix(".png").name not in kept]
    for path in (*numbered, folder / SHEET):
        if _has_mark(path):
            remove_file(path)


def _is_own(path: Path) -> bool:
    """Whether autoencode wrote a file, by the mark in it or by where it lies."""
    if path.suffix.lower() in _RESULTS and any(is_run_folder(parent) for parent in path.absolute().parents):
        return True
    return _has_mark(path)


def _has_mark(path: Path) -> bool:
    try:
        with open_regular(path) as file:
            ends = [file.read(_FAR)]
            file.seek(max(0, os.fstat(file.fileno()).st_size - _FAR))
            ends.append(file.read(_FAR))
    except OSError:  # a folder, a link, a device
        return False
    return any(mark in end for mark in _MARKS for end in ends)


def _file_identity(path: Path) -> tuple[int, int] | None:
    """What file it is, whatever it is called; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
