"""Finds the masks of a person's own pictures and volumes, and writes them with areas and counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from autoencode.data import SkippedFile
from autoencode.data.images.full_picture import FullPicture, read_full_picture
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import SHEET
from autoencode.data.masks.doubt import doubt
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.masks.mask_files import read_true_mask
from autoencode.data.masks.mask_writer import encode_mask
from autoencode.data.masks.objects import Objects, count_objects
from autoencode.data.masks.unknown_values import UnknownValues
from autoencode.errors import CancelledError, CapabilityError, DataError
from autoencode.evaluation import SegmentationMetric, SegmentationQuality
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.run import Run
from autoencode.runs.segmenter import Segmenter
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, nested, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.segment.area import Area, Spread, area_table
from autoencode.tasks.segment.job import FileToSegment
from autoencode.tasks.segment.plan import AREAS, Plan, plan
from autoencode.tasks.segment.volume import segment_volume
from autoencode.views.figures import Crop, before_after, crop, overlay, save_figure

_SHOWN = 8


@dataclass(frozen=True)
class Segmentations:
    """What came of it.

    Args:
        plan: what there was to do.
        areas: of each class in each picture, in order.
        files: the masks, of several drawn ones the likeliest.
        failed: what could not be read, and why.
        table: the areas and counts, as a file.
        sheet: pictures with their masks; None where nothing was segmented.
        quality: against true masks, where those were given.
        interrupted: whether it was stopped before the end.
    """

    plan: Plan
    areas: tuple[Area, ...]
    files: tuple[Path, ...]
    failed: tuple[SkippedFile, ...]
    table: Path
    sheet: Path | None
    quality: SegmentationQuality | None
    interrupted: bool

    @property
    def skipped(self) -> tuple[SkippedFile, ...]:
        """What could not be read, and why."""
        return self.plan.skipped + self.failed


@dataclass(frozen=True, eq=False)
class _Found:
    """A mask in memory."""

    picture: FullPicture
    classes: np.ndarray
    objects: dict[str, Objects]
    doubt: np.ndarray
    draws: tuple[tuple[np.ndarray, dict[str, Objects]], ...] = ()

    def numbers(self, classes: MaskClasses) -> np.ndarray | None:
        """Of the objects, where masks number them."""
        return next(iter(self.objects.values())).numbers if classes.of_objects else None


def segment(
    run: Run,
    files: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    truth: str | Path | None = None,
    smallest: int | None = None,
    ensemble: bool = False,
    n: int = 0,
    seed: int = 0,
    shown: int = _SHOWN,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Segmentations:
    """Finds the class of each pixel of pictures of any size, and of volumes, and writes masks of their size.

    Masks have the values of those that the model learned from, as PNG files under the pictures' names; `overlays/` has
    the pictures with their masks in colours, `doubt/` the entropy of each pixel's class as grey pictures, white where
    all classes are as probable, `areas.csv` the pixels and the number of connected areas of each class, or of objects,
    and `sheet.png` the first pictures with their masks. With `n`, of a model that draws: the mask is the likeliest of
    n drawn ones, `draws/1/`, `draws/2/`, … have all of them, doubt is that of their mean, and `areas.csv` has means and
    standard deviations over them. Of a NIfTI file the mask and the doubt are NIfTI files with its places and spacing,
    the overlay shows 16 slices, and `areas.csv` has millilitres. Each file is written
    whole or not at all. Ctrl-C or `cancel` ends the work early: the results before are kept and returned, with
    `interrupted` set.

    Args:
        run: a trained segmenter.
        files: pictures, NIfTI files, and folders of them.
        out: where to write; `masks/` in the run folder by default. Results of an earlier time are replaced.
        truth: a folder of true masks with the names of the files, to measure the results by.
        smallest: areas of fewer pixels are not counted; by default a five-thousandth of the picture.
        ensemble: see `Segmenter`.
        n: how many masks are drawn for each picture; 0 for the one of the mean code.
        seed: of the draws.
        shown: how many pictures the sheet shows.
        reporter: receives the progress of the task "segmenting", in pixels, and a warning for each file that is
            skipped.
        cancel: checked between tiles and pictures.

    Raises:
        ArgumentError: a result would overwrite one of the files or what autoencode did not write, or `n` with
            `ensemble`.
        CapabilityError: the model learned from no masks, or it is to draw some and cannot.
        DataError: none of the files could be segmented.
        StorageError: a result cannot be written; those before it stay.
    """
    folder, reporter = Path(out) if out else run.path / "masks", resolve_reporter(reporter)
    segmenter = Segmenter(run, ensemble=ensemble)
    segmenter.check_draws(n)
    todo = plan(files, folder, None if truth is None else Path(truth), n)
    work = _Work(segmenter, smallest, shown, n, seed)
    for skip in todo.skipped:
        reporter.warn(str(skip))
    stopped = False
    try:
        for skip in work.segment_each(todo, folder, reporter, cancel):
            reporter.warn(str(skip))
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if work.unknown_note:
        reporter.warn(work.unknown_note)
    if not work.files and not stopped:
        raise DataError(no_results_message(files, (*todo.skipped, *work.failed), "segmented"))
    return work.result(todo, folder, interrupted=stopped)


class _Work:
    """What is kept of the pictures that are done: never their pixels, besides the crops of a sheet."""

    def __init__(self, segmenter: Segmenter, smallest: int | None, shown: int, n: int, seed: int) -> None:
        self.files, self.failed = list[Path](), list[SkippedFile]()
        self._segmenter, self._smallest, self._shown = segmenter, smallest, shown
        self._n, self._seed = n, seed
        self._areas, self._crops, self._n_shown = list[Area](), list[Crop](), 0
        self._metric = SegmentationMetric(segmenter.classes)
        self._unknown = UnknownValues(segmenter.classes)

    @property
    def unknown_note(self) -> str | None:
        """A line about true masks with values that are no classes; None where there are none."""
        return self._unknown.note

    @property
    def _classes(self) -> MaskClasses:
        return self._segmenter.classes

    def segment_each(
        self, todo: Plan, folder: Path, reporter: Reporter, cancel: CancelToken | None
    ) -> Iterator[SkippedFile]:
        """Segments the pictures one by one; yields what could not be read."""
        of, total = len(todo.pictures), sum(picture.size for picture in todo.pictures)
        with (
            note_what_is_kept(reporter, lambda: f"{len(self.files):,} of {of:,} masks are kept in {folder}"),
            track(reporter, "segmenting", total, "pixels", cancel=cancel) as progress,
        ):
            for number, picture in enumerate(todo.pictures, start=1):
                progress.update(detail=f"{number}/{of} {picture.label}")
                part = nested(progress, picture.size)
                try:
                    if picture.is_volume:
                        self._add_volume(picture, part, reporter, cancel)
                        continue
                    found = self._find(picture, part, cancel)
                    self._measure(picture, found)
                    self._write(picture, found)
                except (UnreadableError, DataError, CapabilityError) as error:
                    self.failed.append(SkippedFile(picture.label, str(error)))
                    yield self.failed[-1]

    def _add_volume(
        self, volume: FileToSegment, part: Reporter, reporter: Reporter, cancel: CancelToken | None
    ) -> None:
        if self._n:
            raise CapabilityError("-n draws masks of pictures, and this is a volume: leave it out")
        done = segment_volume(self._segmenter, volume, (self._metric, self._unknown), self._smallest, part, cancel)
        if done.note:
            reporter.warn(f"{volume.label}: {done.note}")
        self.files.append(volume.mask)
        self._areas += done.areas
        if self._n_shown < self._shown:
            self._n_shown += 1
            self._crops.append(done.shown)

    def _find(self, picture: FileToSegment, reporter: Reporter, cancel: CancelToken | None) -> _Found:
        full = read_full_picture(picture.source, self._segmenter.white)
        colour = torch.from_numpy(full.colour)
        if not self._n:
            probabilities = self._segmenter(colour, reporter=reporter, cancel=cancel)
            classes = self._classes.decide(probabilities).byte().numpy()
            return _Found(full, classes, self._count(classes), _as_grey(doubt(probabilities)))
        drawn = self._segmenter.draw(colour, self._n, seed=self._seed, reporter=reporter, cancel=cancel)
        draws = tuple((mask, self._count(mask)) for mask in drawn.masks.numpy())
        return _Found(full, *draws[drawn.likeliest], _as_grey(doubt(drawn.probabilities)), draws)

    def _count(self, classes: np.ndarray) -> dict[str, Objects]:
        return count_objects(classes, self._classes, self._smallest)

    def _measure(self, picture: FileToSegment, found: _Found) -> None:
        if picture.truth is None:
            return
        values = read_true_mask(picture.truth, self._classes)
        if values.shape != found.classes.shape:
            height, width = found.classes.shape
            raise DataError(
                f"{height}x{width} (height x width), and its true mask is {values.shape[0]}x{values.shape[1]}: both "
                "must have one size"
            )
        self._unknown.add(picture.label, values)
        true = self._classes.indices(values)
        if self._classes.of_objects:
            there = [len(np.unique(values[values != 0]))]
        else:
            there = [one.count for one in self._count(true).values()]
        self._metric.add(found.classes, true.astype(np.int64), ([one.count for one in found.objects.values()], there))

    def _write(self, picture: FileToSegment, found: _Found) -> None:
        atomic_write(picture.mask, encode_mask(found.classes, self._classes, found.numbers(self._classes)))
        drawn = self._overlay(found)
        atomic_write(picture.overlay, encode_picture(FullPicture(drawn), ".png"))
        atomic_write(picture.doubt, encode_picture(FullPicture(found.doubt[None]), ".png"))
        for place, (mask, objects) in zip(picture.draws, found.draws, strict=True):
            one = replace(found, classes=mask, objects=objects)
            atomic_write(place, encode_mask(mask, self._classes, one.numbers(self._classes)))
        self.files.append(picture.mask)
        for number, (name, objects) in enumerate(found.objects.items(), start=1):
            pixels = self._pixels(found.classes, number)
            share = pixels / found.classes.size
            self._areas.append(
                Area(picture.label, name, pixels, share, objects.count, self._spread(found, name, number))
            )
        if self._n_shown < self._shown:
            self._n_shown += 1
            self._crops += self._shown_parts(found, drawn, picture.label)

    def _pixels(self, classes: np.ndarray, number: int) -> int:
        return int((classes > 0 if self._classes.of_objects else classes == number).sum())

    def _spread(self, found: _Found, name: str, number: int) -> Spread | None:
        if not found.draws:
            return None
        pixels = [self._pixels(mask, number) for mask, _ in found.draws]
        return Spread.of(pixels, [objects[name].count for _, objects in found.draws])

    def _overlay(self, found: _Found) -> np.ndarray:
        numbers = found.numbers(self._classes)
        if numbers is None:
            return overlay(found.picture.colour, found.classes, None, self._classes.colours)
        return overlay(found.picture.colour, (found.classes > 0).astype(np.uint8), numbers)

    def _shown_parts(self, found: _Found, drawn: np.ndarray, label: str) -> list[Crop]:
        """The picture and its mask; with draws also the draw that differs most from it, and the doubt."""
        before = np.broadcast_to(found.picture.colour, drawn.shape)
        if not found.draws:
            return [crop(before, drawn, label)]
        mask, objects = max(found.draws, key=lambda one: int((one[0] != found.classes).sum()))
        other = self._overlay(replace(found, classes=mask, objects=objects))
        both = crop(np.concatenate([before, other]), np.concatenate([drawn, np.tile(found.doubt, (3, 1, 1))]), label)
        off = int((mask != found.classes).sum()) / mask.size
        return [
            Crop(both.before[:3], both.after[:3], both.caption, ("picture", "likeliest mask")),
            Crop(
                both.before[3:], both.after[3:], f"{100 * off:.2g} % of the pixels differ", ("least like it", "doubt")
            ),
        ]

    def result(self, todo: Plan, folder: Path, *, interrupted: bool) -> Segmentations:
        """What is there, with its table and its sheet."""
        sheet = folder / SHEET if self._crops else None
        if sheet is not None:
            save_figure(sheet, before_after(self._crops, words=("picture", "mask")))
        if self._areas:
            atomic_write(folder / AREAS, area_table(self._areas))
        return Segmentations(
            todo,
            tuple(self._areas),
            tuple(self.files),
            tuple(self.failed),
            folder / AREAS,
            sheet,
            self._metric.result(),
            interrupted,
        )


def _as_grey(values: torch.Tensor) -> np.ndarray:
    return (values * 255).round().clamp(0, 255).byte().numpy()
