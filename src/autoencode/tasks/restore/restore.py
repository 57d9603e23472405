"""Restores a person's own pictures, at their full size, into a folder of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from autoencode.data import SkippedFile
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import printable
from autoencode.errors import CancelledError, CapabilityError, DataError
from autoencode.evaluation import ClipQuality, Estimate, PictureQuality, RestorationQuality, require_scikit_image
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.restorer import Restorer
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, nested, note_what_is_kept, resolve_reporter, track
from autoencode.tasks.restore.job import Restored, Sheet
from autoencode.tasks.restore.plan import Plan, plan

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
        plan: what there was to do.
        done: what was restored.
        failed: what could not be restored, and why.
        sheet: pictures before and after, side by side; None where nothing was restored.
        interrupted: whether it was stopped before the end.
    """

    plan: Plan
    done: tuple[Restored, ...]
    failed: tuple[SkippedFile, ...]
    sheet: Path | None
    interrupted: bool

    @property
    def asked(self) -> int:
        """How many pictures and clips were to be restored."""
        return len(self.plan.jobs)

    @property
    def files(self) -> tuple[Path, ...]:
        """The restored pictures and clips."""
        return tuple(one.job.output for one in self.done)

    @property
    def skipped(self) -> tuple[SkippedFile, ...]:
        """What could not be read or restored, and why."""
        return self.plan.skipped + self.failed

    @property
    def notes(self) -> tuple[str, ...]:
        """What of a picture was lost, a line each."""
        return self.plan.notes + tuple(f"{one.job.path}: {note}" for one in self.done for note in one.notes)

    @property
    def unpaired(self) -> tuple[SkippedFile, ...]:
        """Pictures that could not be measured, and why."""
        failed = (SkippedFile(one.job.path, one.evaluation_error) for one in self.done if one.evaluation_error)
        return (*self.plan.unpaired, *failed)

    @property
    def change(self) -> Estimate | None:
        """How far results are from the files: the root mean squared error with white as 1, mean over pictures."""
        return Estimate.of(torch.tensor([one.change for one in self.done])) if self.done else None

    @property
    def quality(self) -> RestorationQuality | None:
        """Against clean pictures, where those were given."""
        pairs = [one.quality for one in self.done if one.quality]
        pictures = [(a, b) for a, b in pairs if isinstance(a, PictureQuality) and isinstance(b, PictureQuality)]
        return RestorationQuality.of(*zip(*pictures, strict=True)) if pictures else None

    @property
    def clips(self) -> tuple[ClipComparison, ...]:
        """Against clean clips, where those were given."""
        pairs = [(one.job.label, *one.quality) for one in self.done if one.quality]
        return tuple(
            ClipComparison(name, a, b)
            for name, a, b in pairs
            if isinstance(a, ClipQuality) and isinstance(b, ClipQuality)
        )


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

    Volumes (NIfTI, DICOM) are restored slice by slice in their own units, by a model that learned from volumes, and are
    written with their places and spacing. Clips are restored frame by frame; a model of clips sees each frame with its
    neighbours. MP4 and MOV keep their kind, as does Matroska (H.264, of size, times and sound as before), and what else
    there is becomes MP4.

    Args:
        run: the trained model.
        files: pictures, clips, volumes, and folders of them.
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
    todo, sheet = plan(files, folder, None if clean is None else Path(clean), lossless=lossless), Sheet(shown)
    for skip in todo.skipped:
        reporter.warn(str(skip))
    done, failed, stopped = list[Restored](), list[SkippedFile](), False
    try:
        for one in _restore_each(todo, restorer, sheet, folder, reporter, cancel):
            if isinstance(one, Restored):
                done.append(one)
            else:
                failed.append(one)
                reporter.warn(str(one))
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if not done and not stopped:
        raise DataError(no_results_message(files, (*todo.skipped, *failed), "restored"))
    return Restorations(todo, tuple(done), tuple(failed), sheet.save(folder), stopped)


def _restore_each(
    todo: Plan, restorer: Restorer, sheet: Sheet, folder: Path, reporter: Reporter, cancel: CancelToken | None
) -> Iterator[Restored | SkippedFile]:
    """What comes of each file, as soon as it is there."""
    done, of = 0, len(todo.jobs)
    with (
        note_what_is_kept(reporter, lambda: f"{done:,} of {of:,} are restored and kept in {folder}" if done else ""),
        track(reporter, "restoring", sum(job.pixels for job in todo.jobs), "pixels", cancel=cancel) as progress,
    ):
        for number, job in enumerate(todo.jobs, start=1):
            progress.update(detail=f"{number}/{of} {printable(Path(job.source.name))}")
            try:
                yield job.restore(restorer, sheet, nested(progress, job.pixels), cancel)
                done += 1
            except (UnreadableError, DataError, CapabilityError) as error:
                yield SkippedFile(job.path, str(error))
