"""Which files of a folder are pictures, by their names."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autoencode.data.content import suffix_of
from autoencode.data.examples import SkippedFile
from autoencode.data.images.formats import suffixes
from autoencode.data.images.picture_writer import MARK
from autoencode.data.video.clip import clip_suffixes
from autoencode.storage import is_run_folder

SHEET = "sheet.png"
"""The name of the picture that shows the first ones."""
SOFTWARE = {"Software": "autoencode"}
"""What a drawing's PNG says of itself."""
_MARKS = (b"tEXtSoftware\0autoencode", MARK)
"""What pictures and animations that this package made have near their beginning or end."""
_FAR = 4096
_ADVICE = {
    (".heic", ".heif"): "not read without pillow-heif: pip install pillow-heif, or convert them to JPEG",
    (".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"): "raw photographs; export them as TIFF or PNG",
    (".ai", ".eps", ".pdf", ".psd", ".svg", ".xcf"): "not read; export them as PNG",
    (".dcm", ".mha", ".mhd", ".nii", ".nrrd"): "not read; save them as TIFF, or as one array in .npy",
    (".h5", ".hdf5", ".mat", ".npy", ".npz"): "arrays; give such a file by itself",
    (".csv", ".parquet", ".tsv"): "tables; give such a file by itself, or as --labels",
    (".7z", ".gz", ".rar", ".tar", ".tgz", ".zip"): "archives; give such a file by itself",
}
_WITHOUT = "without an ending"
"""What files of a kind that is not read are called together, if they have no ending."""


class FolderScan(NamedTuple):
    """What lies in a folder and below.

    Args:
        pictures: paths inside the folder, in order.
        skipped: everything else: each file that has the name of a picture, the others together by their endings.
        folders: every subfolder that holds a visible file, as a path inside the folder.
    """

    pictures: list[Path]
    skipped: list[SkippedFile]
    folders: frozenset[Path] = frozenset()


def scan_pictures(folder: Path, endings: frozenset[str] | None = None, *, keep_generated: bool = False) -> FolderScan:
    """Lists the pictures of a folder and its subfolders, in the order of their paths on every machine.

    Hidden files and folders are ignored. Run folders are passed over, and so are pictures that this package made,
    unless there are no others: what a person wants to learn from is not what a model drew. Links are followed only to
    files that lie inside the folder: a link may lead out of what a person meant to give, and a linked folder may
    contain itself.

    Args:
        folder: where to look.
        endings: of the names that count, in lower case and with their dot; those of pictures where it is left out.
        keep_generated: list pictures that this package made like all others, as where each has a partner by name.

    Returns:
        The pictures by name; nothing is opened yet.
    """
    root, closed, runs, endings = folder.resolve(), list[OSError](), list[Path](), endings or suffixes()
    pictures, skipped, others = list[Path](), list[SkippedFile](), defaultdict[str, list[Path]](list)
    folders, made = set[Path](), list[Path]()
    for path in sorted(_visible(folder, closed, runs), key=lambda path: path.relative_to(folder).parts):
        name, reason = path.relative_to(folder), _unfit(path, root)
        folders.add(name.parent)
        if suffix_of(path) not in endings and not path.is_dir():
            others[path.suffix.lower()].append(name)
        elif reason:
            skipped.append(SkippedFile(printable(name), reason))
        else:
            (made if not keep_generated and is_generated(path) else pictures).append(name)
    if made and not pictures:
        pictures, made = made, []
    skipped += _generated(made)
    skipped += [SkippedFile(f"{printable(run.relative_to(folder))}/", "a run of autoencode") for run in sorted(runs)]
    skipped += [_together(names, endings) for names in others.values()]
    return FolderScan(pictures, [*skipped, *(_closed(error, folder) for error in closed)], frozenset(folders))


def _generated(names: list[Path]) -> list[SkippedFile]:
    """Pictures that this package made, beside others."""
    if not names:
        return []
    reason = "made by autoencode; to use them, give a folder of nothing else"
    return [SkippedFile(printable(names[0]) if len(names) == 1 else "pictures", reason, len(names))]


def _together(names: list[Path], endings: frozenset[str]) -> SkippedFile:
    """Files of one ending that is not read."""
    ending = names[0].suffix
    other = "pictures; give them by themselves" if ending.lower() in suffixes() else "neither pictures nor clips"
    clips = "clips; give a folder of clips alone" if ending.lower() in clip_suffixes() else other
    reason = next((advice for kinds, advice in _ADVICE.items() if ending.lower() in kinds), clips)
    if len(names) == 1:
        return SkippedFile(printable(names[0]), reason)
    return SkippedFile(printable(Path(ending)) if ending else _WITHOUT, reason, len(names))


def printable(path: Path) -> str:
    """A path as one line of text, whatever bytes are in its name."""
    text = path.as_posix()
    return text if text.isprintable() else ascii(text)[1:-1]


def _visible(folder: Path, closed: list[OSError], runs: list[Path]) -> Iterator[Path]:
    """All files that are not hidden, and folders that are links, which `os.walk` does not enter.

    Folders that cannot be opened are added to `closed`, and those of runs, which are not entered, to `runs`.
    """
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        own = [name for name in folders if not (Path(place) / name).is_symlink() and is_run_folder(Path(place) / name)]
        runs += [Path(place) / name for name in own]
        folders[:] = [name for name in folders if name not in own]
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        yield from (Path(place) / name for name in (*files, *links) if not name.startswith("."))


def _unfit(path: Path, root: Path) -> str:
    """Why a file is not to be opened; "" where nothing speaks against it."""
    if path.is_symlink() and path.is_dir():
        return "a link to a folder, which is not followed"
    if not path.is_file():
        return "not a file"  # a pipe would wait for ever, and a broken or circular link leads nowhere
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "a link that leads out of the folder"
    if is_generated_sheet(path):
        return "a sheet that autoencode drew"
    return ""


def _closed(error: OSError, folder: Path) -> SkippedFile:
    return SkippedFile(printable(Path(error.filename).relative_to(folder)), f"cannot be opened: {error.strerror}")


def is_generated_sheet(path: Path) -> bool:
    """Whether it is a sheet that this package drew, and not a person's picture of the same name."""
    return path.name == SHEET and is_generated(path)


def is_generated(path: Path) -> bool:
    """Whether a plain file is a picture that this package made."""
    try:
        with path.open("rb") as file:
            ends = [file.read(_FAR)]
            if len(ends[0]) == _FAR:
                file.seek(max(_FAR, os.fstat(file.fileno()).st_size - _FAR))
                ends.append(file.read(_FAR))
    except OSError:
        return False
    return any(mark in end for mark in _MARKS for end in ends)
