"""Restores a person's own pictures, at their full size, into a folder of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from autoencode.data import SkippedFile
from autoencode.data.images.full_picture import FullPicture, read_full_picture
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import SHEET, printable
from autoencode.data.video.clip import ClipHeader
from autoencode.errors import CancelledError, CapabilityError, DataError, ShapeError
from autoencode.evaluation import (
    ClipQuality,
    Estimate,
    PictureQuality,
    RestorationQuality,
    picture_quality,
    require_scikit_image,
    root_mean_squared_error,
)
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.restoration_plan import Job, plan
from autoencode.runs.restorer import Restorer
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, nested, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.restore.clip import RestoredClip, restore_clip
from autoencode.views.figures import Crop, before_after, crop, save_figure

_SHOWN = 8


@dataclass(frozen=True)
class ClipComparison:
    """A restored clip against the clean one.

    Args:
        name: of the clip.
        degraded: how near it was before.
        restored: how near the result is.
    """

    name: str
    degraded: ClipQuality
    restored: ClipQuality


@dataclass(frozen=True)
class Restorations:
    """What came of it.

    Args:
        files: the restored pictures and clips.
        sheet: pictures before and after, side by side; None where nothing was restored.
        skipped: what could not be restored, and why.
        notes: what of a picture was lost, a line each.
        change: how far the results are from the files: the root mean squared error with white as 1, mean over pictures.
        quality: against clean pictures, where those were given.
        clips: against clean clips, where those were given.
        unpaired: pictures that could not be measured, and why.
        asked: how many pictures and clips were to be restored.
        interrupted: whether it was stopped before the end.
    """

    files: tuple[Path, ...]
    sheet: Path | None
    skipped: tuple[SkippedFile, ...]
    notes: tuple[str, ...]
    change: Estimate | None
    quality: RestorationQuality | None
    clips: tuple[ClipComparison, ...]
    unpaired: tuple[SkippedFile, ...]
    asked: int
    interrupted: bool


@tuned_cpu()
def restore(
    run: Run,
    files: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    clean: str | Path | None = None,
    tile: int | None = None,
    ensemble: bool = False,
    lossless: bool = False,
    shown: int = _SHOWN,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Restorations:
    """Passes pictures of any size through a model and back, and writes what comes out under their names.

    Nothing is scaled: see `Restorer` for pictures of other sizes and colours than the model's. Alpha channels are
    carried over as they are, DPI and colour profiles are kept, and a picture that its camera took sideways is rotated
    upright; what else a camera noted (EXIF) is not carried over. PNG, JPEG, WebP, TIFF and BMP keep their kind; what
    else there is becomes PNG. Each result is written whole or not at all as soon as it is there, and `sheet.png` shows
    the first ones before and after. Ctrl-C or `cancel` ends the work early: the results before are kept and returned,
    with `interrupted` set.

    Clips are restored frame by frame; a model of clips sees each frame with its neighbours. MP4 and MOV keep their
    kind, as does Matroska (H.264, of size, times and sound as before), and what else there is becomes MP4.

    Args:
        run: the trained model.
        files: pictures, clips, and folders of them.
        out: where to write; `restored/` in the run folder by default. Results of an earlier time are replaced.
        clean: a folder of clean pictures and clips of the same names, to measure the results by.
        tile: see `Restorer`.
        ensemble: see `Restorer`.
        lossless: write clips without loss, as Matroska files of FFV1, which are large.
        shown: how many pictures the sheet shows.
        reporter: receives the progress of the task "restoring", in pixels, a warning for each file that is skipped, and
            what is kept where it ends early.
        cancel: checked between tiles and frames.

    Raises:
        ArgumentError: a result would overwrite one of the files or what autoencode did not write, before anything is
            done.
        CapabilityError: the model does not restore pictures.
        DataError: none of the files could be restored.
        StorageError: a result cannot be written; those before it stay.
    """
    folder, reporter = Path(out) if out else run.path / "restored", resolve_reporter(reporter)
    restorer = Restorer(run, tile, ensemble=ensemble)
    if clean is not None:
        require_scikit_image()
    todo = plan(files, folder, None if clean is None else Path(clean), lossless=lossless)
    tally = _Accumulator(folder, shown, list(todo.skipped), list(todo.unpaired))
    tally.notes += todo.notes
    for skip in todo.skipped:
        reporter.warn(str(skip))
    stopped = False
    try:
        with note_what_is_kept(reporter, lambda: tally.kept(len(todo.jobs))):
            _restore_all(restorer, todo.jobs, tally, reporter, cancel, lossless=lossless)
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if not tally.files and not stopped:
        raise DataError(no_results_message(files, tally.skipped, "restored"))
    return tally.result(len(todo.jobs), interrupted=stopped)


def _restore_all(
    restorer: Restorer,
    jobs: Sequence[Job],
    tally: "_Accumulator",
    reporter: Reporter,
    cancel: CancelToken | None,
    *,
    lossless: bool,
) -> None:
    pixels = sum(job.pixels for job in jobs)
    with track(reporter, "restoring", pixels, "pixels", cancel=cancel) as progress:
        for number, job in enumerate(jobs, start=1):
            progress.update(detail=f"{number}/{len(jobs)} {printable(Path(job.source.name))}")
            part = nested(progress, job.pixels)
            try:
                if isinstance(job.header, ClipHeader):
                    clip = restore_clip(
                        restorer,
                        job.source,
                        job.header,
                        job.output,
                        clean=job.clean,
                        lossless=lossless,
                        reporter=part,
                        cancel=cancel,
                    )
                    tally.add_clip(job, clip)
                else:
                    tally.add(job, *_restore_picture(restorer, job, part, cancel))
            except (UnreadableError, DataError, CapabilityError) as error:
                tally.skipped.append(SkippedFile(printable(job.source), str(error)))
                reporter.warn(str(tally.skipped[-1]))


def _restore_picture(
    restorer: Restorer, job: Job, reporter: Reporter, cancel: CancelToken | None
) -> tuple[FullPicture, FullPicture]:
    """The picture before and after, the latter also written."""
    before = read_full_picture(job.source, restorer.white)
    if restorer.colourises and len(before.colour) == 1:  # a profile of grey does not fit the result
        before = replace(before, colour=before.colour.repeat(3, axis=0), profile=None)
    colour = restorer(torch.from_numpy(before.colour), reporter=reporter, cancel=cancel).numpy()
    after = replace(before, colour=colour)
    atomic_write(job.output, encode_picture(after, job.output.suffix))
    return before, after


@dataclass
class _Accumulator:
    """What is kept of each picture: never the picture."""

    folder: Path
    shown: int
    skipped: list[SkippedFile]
    unpaired: list[SkippedFile]
    files: list[Path] = field(default_factory=list[Path])
    crops: list[Crop] = field(default_factory=list[Crop])
    notes: list[str] = field(default_factory=list[str])
    changes: list[float] = field(default_factory=list[float])
    degraded: list[PictureQuality] = field(default_factory=list[PictureQuality])
    restored: list[PictureQuality] = field(default_factory=list[PictureQuality])
    clips: list[ClipComparison] = field(default_factory=list[ClipComparison])

    def add(self, job: Job, before: FullPicture, after: FullPicture) -> None:
        """Takes note of a picture that was restored and written."""
        self.files.append(job.output)
        self.notes += [f"{printable(job.source)}: {note}" for note in before.notes]
        self.changes.append(root_mean_squared_error(before.colour, after.colour))
        if len(self.crops) < self.shown:
            self.crops.append(crop(before.colour, after.colour, printable(job.name), alpha=before.alpha))
        if job.clean is not None:
            self._measure(job.source, job.clean, before, after)

    def add_clip(self, job: Job, clip: RestoredClip) -> None:
        """Takes note of a clip that was restored and written."""
        self.files.append(job.output)
        self.notes += [f"{printable(job.source)}: {note}" for note in clip.notes]
        self.changes.append(clip.change)
        if len(self.crops) < self.shown:
            self.crops.append(crop(clip.before, clip.after, printable(job.name)))
        if clip.evaluation_error:
            self.unpaired.append(SkippedFile(printable(job.source), clip.evaluation_error))
        elif clip.degraded and clip.restored:
            self.clips.append(ClipComparison(printable(job.name), clip.degraded, clip.restored))

    def kept(self, asked: int) -> str:
        """What there is already, in a line."""
        return f"{len(self.files):,} of {asked:,} are restored and kept in {self.folder}" if self.files else ""

    def _measure(self, source: Path, partner: Path, before: FullPicture, after: FullPicture) -> None:
        try:
            clean = read_full_picture(partner).colour
            qualities = [picture_quality(clean, picture.colour) for picture in (before, after)]
        except (UnreadableError, ShapeError) as error:
            self.unpaired.append(SkippedFile(printable(source), f"its clean picture {printable(partner)}: {error}"))
            return
        self.degraded.append(qualities[0])
        self.restored.append(qualities[1])

    def result(self, asked: int, *, interrupted: bool) -> Restorations:
        """All of it, and the sheet written."""
        sheet = self.folder / SHEET if self.crops else None
        if sheet is not None:
            save_figure(sheet, before_after(self.crops))
        return Restorations(
            files=tuple(self.files),
            sheet=sheet,
            skipped=tuple(self.skipped),
            notes=tuple(self.notes),
            change=Estimate.of(torch.tensor(self.changes)) if self.changes else None,
            quality=RestorationQuality.of(self.degraded, self.restored) if self.restored else None,
            clips=tuple(self.clips),
            unpaired=tuple(self.unpaired),
            asked=asked,
            interrupted=interrupted,
        )
