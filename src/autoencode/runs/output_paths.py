"""Which pictures are read, and where what is made of them goes: decided before any work."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.data.images.scan import SHEET, printable, scan_pictures
from autoencode.errors import ArgumentError
from autoencode.storage import MAX_NAME_BYTES

_MAX_DATA_BYTES = 150
"""Of the data's name in the name of a run folder."""


def find_input_pictures(
    files: Sequence[str | Path], out: Path, endings: frozenset[str] | None = None
) -> tuple[list[tuple[Path, Path]], list[SkippedFile]]:
    """The files with their names, each once, and what is left out.

    Args:
        files: pictures and folders of pictures.
        out: the folder for the results; what lies in it is not taken again with a folder around it.
        endings: which names count in a folder, see `scan_pictures`.

    Returns:
        Each file with its name inside the folder that was given, or its last part.

    Raises:
        ArgumentError: `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise ArgumentError(f"--out {out} is a file: give a folder")
    found: dict[Path, tuple[Path, Path]] = {}
    skipped, results = list[SkippedFile](), out.resolve()
    for given in map(Path, files):
        if given.is_dir():
            listing = scan_pictures(given, endings)
            skipped += [skip.inside(given) for skip in listing.skipped]
            around = given.resolve() in results.parents
            for name, path in ((name, (given / name).resolve()) for name in listing.pictures):
                if not (around and path.is_relative_to(results)):
                    found.setdefault(path, (given / name, name))
        elif given.exists() and not given.is_file():  # a pipe would wait for ever
            skipped.append(SkippedFile(printable(given), "not a file"))
        else:
            found.setdefault(given.resolve(), (given, Path(given.name)))
    return list(found.values()), skipped


def unique_names(names: Sequence[Path]) -> list[Path]:
    """The same names, of which each later one of two alike, or one that is the sheet's, has a number: a, a-2, a-3.

    Upper and lower case count as alike. A name that is too long for a file is cut before its suffix.
    """
    taken, outputs = {SHEET}, list[Path]()
    for name in names:
        free, number = fit_name(name), 2
        while str(free).casefold() in taken:
            free, number = fit_name(name, f"-{number}"), number + 1
        taken.add(str(free).casefold())
        outputs.append(free)
    return outputs


def fit_name(name: Path, addition: str = "") -> Path:
    """A name with an addition before its suffix, cut before that so that it is no longer than a file's name may be.

    Args:
        name: of a file, which may be inside folders.
        addition: such as "-2".

    Example:
        >>> str(fit_name(Path("a/b.png"), "-2")), len(fit_name(Path("x" * 300 + ".png")).name)
        ('a/b-2.png', 255)
    """
    ending = addition + name.suffix
    return name.with_name(_cut(name.stem, MAX_NAME_BYTES - len(os.fsencode(ending))) + ending)


def new_run_path(parent: Path, data: str, recipe: str) -> Path:
    """A path that is not taken: `data-recipe`, or `data-recipe-2`, `data-recipe-3`, …

    Args:
        parent: the folder of runs.
        data: the name of the data, cut where it is too long.
        recipe: the name of the recipe.
    """
    name = f"{_cut(data, _MAX_DATA_BYTES)}-{recipe.replace(':', '-')}"
    path, number = parent / name, 2
    while os.path.lexists(path):
        path, number = parent / f"{name}-{number}", number + 1
    return path


def _cut(text: str, most: int) -> str:
    """The beginning of a text, in at most so many bytes as a file's name, and at least one character."""
    while len(text) > 1 and len(os.fsencode(text)) > most:
        text = text[:-1]
    return text


def cut_names_note(wanted: Iterable[Path], outputs: Iterable[Path]) -> str | None:
    """A line that says how many names were cut; None where none was.

    Args:
        wanted: the names that results should have had.
        outputs: those that they have.
    """
    cut = [output for name, output in zip(wanted, outputs, strict=True) if not output.stem.startswith(name.stem)]
    if not cut:
        return None
    more = "" if len(cut) == 1 else f" and {len(cut) - 1:,} more"
    return f"a file's name has at most {MAX_NAME_BYTES} bytes: {printable(cut[0])}{more} is a name that was cut"


def no_results_message(files: Sequence[str | Path], skipped: Sequence[SkippedFile], done: str) -> str:
    """Why nothing came of the files.

    Args:
        files: what was given.
        skipped: what was left out of it, and why.
        done: what was to be done to them: "restored".
    """
    if not skipped:
        return f"no pictures in {', '.join(map(str, files))}"
    return f"none of the {len(skipped)} files could be {done}; {skipped[0].file}: {skipped[0].reason}"
