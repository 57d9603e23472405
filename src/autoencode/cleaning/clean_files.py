"""Cleans files with a ready-made model."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autoencode.cleaning.before_after import SHEET, Row, before_after, is_sheet, save_sheet
from autoencode.cleaning.documents import PAGE_SUFFIXES, Document, open_document, output_suffix
from autoencode.cleaning.page_image import PageImage, opened
from autoencode.cleaning.ready_models import Cleaner, ready_models
from autoencode.errors import ArgumentError, CancelledError, DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track

_SHOWN = 8
_MOST_NAMED = 5


@dataclass(frozen=True)
class CleanedFile:
    """One file that was written.

    Args:
        source: what was given.
        file: what was written.
        n_pages: how many pages it has.
        left: pages that stay as they were, counted from 1, each with the reason.
        notes: what a person may want to know, a line each.
    """

    source: Path
    file: Path
    n_pages: int
    left: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Cleaned:
    """What came of all files.

    Args:
        files: those that were written.
        sheet: pages before and after, side by side; None where nothing was cleaned.
        skipped: files that could not be cleaned, each with the reason.
        asked: how many files were to be cleaned.
        interrupted: whether it was stopped before the end.
    """

    files: tuple[CleanedFile, ...]
    sheet: Path | None
    skipped: tuple[tuple[Path, str], ...]
    asked: int
    interrupted: bool


def clean(
    files: Sequence[str | Path],
    out: str | Path = "clean",
    *,
    what: str = "scan",
    strength: float = 1.0,
    check: bool = True,
    ensemble: bool = True,
    force: bool = False,
    shown: int = _SHOWN,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Cleaned:
    """Cleans scans or photographs with a ready-made model; nothing is trained, and PyTorch is not needed.

    PDF files stay PDF files, with a text layer where tesseract is installed; pages that are no scans stay as they are.
    Pictures keep their kind, size, resolution and colour profile. A file of which no page was cleaned is copied to the
    byte. Each result is written whole or not at all.

    Args:
        files: pictures, PDF files, and folders of them.
        out: the folder for the results.
        what: which model, see `ready_models`.
        strength: 1 for all of it, 0.5 for half of it.
        check: leave a page as it was where the model does not know such pages.
        ensemble: average a noisy photograph over its eight orientations; better, and eight times slower.
        force: replace files that are there already.
        shown: how many pages `sheet.png` shows.
        reporter: receives the progress of the task "cleaning", in pages, and warnings.
        cancel: checked between pages.

    Raises:
        ArgumentError: a strength outside of [0, 1], or a result would replace a file.
        UnknownNameError: no such model.
        DataError: none of the files could be cleaned.
        StorageError: a result cannot be written; those before it stay.
    """
    if not 0 <= strength <= 1:
        raise ArgumentError(f"--strength is {strength:g}: give a number from 0, nothing, to 1, all of it")
    model, folder, reporter = ready_models[what], Path(out), resolve_reporter(reporter)
    jobs = _plan(files, folder, force=force)
    work, stopped = None, False
    try:
        cleaner = model.for_files([source for source, _ in jobs], check=check, reporter=reporter, cancel=cancel)
        work = _Work(cleaner, strength, folder, shown, reporter, check=check, ensemble=ensemble)
        with track(reporter, "cleaning", len(jobs), "files", cancel=cancel) as progress:
            for source, target in jobs:
                work.clean_file(source, target, progress)
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if work is None:
        return Cleaned((), None, (), len(jobs), interrupted=True)
    if not work.files and not stopped:
        raise DataError(f"none of the {len(jobs)} files could be cleaned; {work.skipped[0][0]}: {work.skipped[0][1]}")
    sheet = folder / SHEET if work.rows else None
    if sheet is not None:
        save_sheet(work.rows, sheet)
    return Cleaned(tuple(work.files), sheet, tuple(work.skipped), len(jobs), stopped)


def clean_bytes(
    data: bytes,
    *,
    what: str = "scan",
    strength: float = 1.0,
    check: bool = True,
    ensemble: bool = True,
    note: Callable[[str], None],
) -> bytes:
    """Cleans a picture, in a pipe: bytes of a file in, bytes of a PNG file out.

    Args:
        data: of a picture.
        what: which model.
        strength: 1 for all of it.
        check: leave a page as it was where the model does not know such pages.
        ensemble: average a noisy photograph over its eight orientations; better, and eight times slower.
        note: receives a line about what a person may want to know.

    Raises:
        DataError: no picture; a PDF, whose pages need a file.
    """
    from autoencode.cleaning.documents import PictureDocument

    with open_document(data) as document:
        if not isinstance(document, PictureDocument):
            raise DataError("a PDF cannot come through a pipe: give its file, and --out")
        one = PictureDocument(data, 1)
        if document.n_pages > 1:
            note(f"of {document.n_pages} pages the first was taken: give the file, and --out")
        page = next(one.pages())
        cleaned = ready_models[what].for_one().clean(page.pixels, strength, check=check, ensemble=ensemble)
        for text in (*page.notes, *([f"left as it was: {cleaned.reason}"] if cleaned.reason else [])):
            note(text)
        return one.to_png(page.with_pixels(cleaned.pixels))


def _plan(files: Sequence[str | Path], folder: Path, *, force: bool) -> list[tuple[Path, Path]]:
    """Each file with the one that is to be written.

    Raises:
        ArgumentError: nothing to clean, or something would be replaced.
    """
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"--out {folder} is a file: give a folder")
    sources = list(dict.fromkeys(_found(files, folder)))
    if not sources:
        kinds = ", ".join(suffix[1:] for suffix in (".pdf", *PAGE_SUFFIXES))
        raise ArgumentError(f"nothing to clean in {', '.join(map(str, files))}: give files of the kinds {kinds}")
    jobs, taken = list[tuple[Path, Path]](), {SHEET}
    for source in sources:
        jobs.append((source, folder / _free_name(source, taken)))
    inputs = {_identity(source) for source in sources} - {None}
    targets = [*(target for _, target in jobs), folder / SHEET]
    if any(_identity(target) in inputs for target in targets):
        raise ArgumentError(f"a result would replace a file that was given: choose another folder than {folder}")
    existing = [target for target in targets if os.path.lexists(target) and not is_sheet(target)]
    if existing and not force:
        more = "" if len(existing) == 1 else f" and {len(existing) - 1} more are there already"
        raise ArgumentError(f"{existing[0]}{more or ' is there already'}: give --force to replace, or another --out")
    return jobs


def _found(files: Sequence[str | Path], folder: Path) -> Iterator[Path]:
    """The files, and those in folders, without earlier results."""
    results = folder.resolve()
    for given in map(Path, files):
        if not given.is_dir():
            yield given
            continue
        for path in sorted(given.rglob("*")):
            known = path.suffix.lower() in (".pdf", *PAGE_SUFFIXES) and path.is_file()
            if known and results not in path.resolve().parents:
                yield path


def _free_name(source: Path, taken: set[str]) -> str:
    """The name of a result, with a number where it is taken; upper and lower case count as alike."""
    suffix = output_suffix(source.suffix, alpha=_has_alpha(source))
    ending, number = source.suffix if suffix == source.suffix.lower() else suffix, 1
    name = source.stem + ending
    while name.casefold() in taken:
        number += 1
        name = f"{source.stem}-{number}{ending}"
    taken.add(name.casefold())
    return name


def _has_alpha(source: Path) -> bool:
    try:
        with opened(source) as image:
            return image.has_transparency_data
    except DataError:
        return False


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


@dataclass
class _Work:
    """What is done to each file, and what is kept of it: never its pages."""

    cleaner: Cleaner
    strength: float
    folder: Path
    shown: int
    reporter: Reporter
    check: bool = field(kw_only=True)
    ensemble: bool = field(kw_only=True)
    files: list[CleanedFile] = field(default_factory=list[CleanedFile])
    skipped: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])
    rows: list[Row] = field(default_factory=list[Row])

    def clean_file(self, source: Path, target: Path, progress: Progress) -> None:
        """Cleans one file, or takes note of why it could not be."""
        begin, left, notes = progress.done, list[tuple[int, str]](), list[str]()
        try:
            with open_document(source) as document:
                pages = self._cleaned(document, source, left, notes, progress)
                notes += document.write(pages, target)
                n_pages = document.n_pages
        except DataError as error:
            self.skipped.append((source, str(error)))
            self.reporter.warn(f"{source.name} was not cleaned: {error}")
        else:
            notes = list(dict.fromkeys(notes))
            self.files.append(CleanedFile(source, target, n_pages, tuple(left), tuple(notes)))
            self._say(self.files[-1])
        progress.update(begin + 1)

    def _cleaned(
        self, document: Document, source: Path, left: list[tuple[int, str]], notes: list[str], progress: Progress
    ) -> Iterator[PageImage | None]:
        begin = progress.done
        for number, page in enumerate(document.pages(), start=1):
            progress.update(
                begin + (number - 1) / document.n_pages, detail=f"{source.name} {number}/{document.n_pages}"
            )
            if page is None:
                yield None
                continue
            done = self.cleaner.clean(page.pixels, self.strength, check=self.check, ensemble=self.ensemble)
            cleaned = page.with_pixels(done.pixels)
            if len(self.rows) < self.shown:
                name = source.name if document.n_pages == 1 else f"{source.name} page {number}"
                self.rows.append(before_after(name, page, cleaned))
            if done.reason:
                left.append((number, done.reason))
                yield None
            else:
                notes += page.notes
                yield cleaned

    def _say(self, file: CleanedFile) -> None:
        for note in file.notes:
            self.reporter.note(f"{file.source.name}: {note}")
        for number, reason in file.left[:_MOST_NAMED]:
            page = "" if file.n_pages == 1 else f" page {number}"
            self.reporter.warn(f"{file.source.name}{page} was left as it was: {reason}")
        if (more := len(file.left) - _MOST_NAMED) > 0:
            self.reporter.warn(f"{file.source.name}: {more} more pages were left as they were")
