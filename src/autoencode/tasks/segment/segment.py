"""Finds the masks of a person's own pictures, and writes them with areas and counts."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from autoencode.data import SkippedFile
from autoencode.data.images.full_picture import FullPicture, read_full_picture
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import SHEET
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.masks.mask_files import read_mask_values
from autoencode.data.masks.mask_writer import encode_mask
from autoencode.data.masks.objects import Objects, count_objects
from autoencode.errors import CancelledError, DataError
from autoencode.evaluation import SegmentationMetric, SegmentationQuality
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.replacing import AREAS_HEADING
from autoencode.runs.run import Run
from autoencode.runs.segmenter import Segmenter
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, nested, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.segment.plan import AREAS, PictureToSegment, Plan, plan
from autoencode.views.figures import Crop, before_after, crop, overlay, save_figure

_SHOWN = 8


@dataclass(frozen=True)
class Area:
    """What was found of one class in one picture.

    Args:
        picture: its name.
        name: of the class.
        pixels: of the class.
        share: of the picture.
        count: objects, or connected areas that are not too small.
    """

    picture: str
    name: str
    pixels: int
    share: float
    count: int


@dataclass(frozen=True)
class Segmentations:
    """What came of it.

    Args:
        plan: what there was to do.
        areas: of each class in each picture, in order.
        files: the masks.
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


def segment(
    run: Run,
    files: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    truth: str | Path | None = None,
    smallest: int | None = None,
    ensemble: bool = False,
    shown: int = _SHOWN,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Segmentations:
    """Finds the class of each pixel of pictures of any size, and writes masks of their size.

    Masks have the values of those that the model learned from, as PNG files under the pictures' names; `overlays/` has
    the pictures with their masks in colours, `areas.csv` the pixels and the number of connected areas of each class, or
    of objects, and `sheet.png` the first pictures with their masks. Each file is written whole or not at all. Ctrl-C or
    `cancel` ends the work early: the results before are kept and returned, with `interrupted` set.

    Args:
        run: a trained segmenter.
        files: pictures and folders of them.
        out: where to write; `masks/` in the run folder by default. Results of an earlier time are replaced.
        truth: a folder of true masks with the names of the pictures, to measure the results by.
        smallest: areas of fewer pixels are not counted; by default a five-thousandth of the picture.
        ensemble: see `Segmenter`.
        shown: how many pictures the sheet shows.
        reporter: receives the progress of the task "segmenting", in pixels, and a warning for each file that is
            skipped.
        cancel: checked between tiles and pictures.

    Raises:
        ArgumentError: a result would overwrite one of the files or what autoencode did not write.
        CapabilityError: the model learned from no masks.
        DataError: none of the files could be segmented.
        StorageError: a result cannot be written; those before it stay.
    """
    folder, reporter = Path(out) if out else run.path / "masks", resolve_reporter(reporter)
    segmenter = Segmenter(run, ensemble=ensemble)
    todo = plan(files, folder, None if truth is None else Path(truth))
    work = _Work(segmenter, smallest, shown)
    for skip in todo.skipped:
        reporter.warn(str(skip))
    stopped = False
    try:
        for skip in work.segment_each(todo, folder, reporter, cancel):
            reporter.warn(str(skip))
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if not work.files and not stopped:
        raise DataError(no_results_message(files, (*todo.skipped, *work.failed), "segmented"))
    return work.result(todo, folder, interrupted=stopped)


class _Work:
    """What is kept of the pictures that are done: never their pixels, besides the crops of a sheet."""

    def __init__(self, segmenter: Segmenter, smallest: int | None, shown: int) -> None:
        self.files, self.failed = list[Path](), list[SkippedFile]()
        self._segmenter, self._smallest, self._shown = segmenter, smallest, shown
        self._areas, self._crops = list[Area](), list[Crop]()
        self._metric = SegmentationMetric(segmenter.classes)

    @property
    def _classes(self) -> MaskClasses:
        return self._segmenter.classes

    def segment_each(
        self, todo: Plan, folder: Path, reporter: Reporter, cancel: CancelToken | None
    ) -> Iterator[SkippedFile]:
        """Segments the pictures one by one; yields what could not be read."""
        of, total = len(todo.pictures), sum(picture.pixels for picture in todo.pictures)
        with (
            note_what_is_kept(reporter, lambda: f"{len(self.files):,} of {of:,} masks are kept in {folder}"),
            track(reporter, "segmenting", total, "pixels", cancel=cancel) as progress,
        ):
            for number, picture in enumerate(todo.pictures, start=1):
                progress.update(detail=f"{number}/{of} {picture.label}")
                part = nested(progress, picture.pixels)
                try:
                    found = self._find(picture, part, cancel)
                    self._measure(picture, found)
                    self._write(picture, found)
                except (UnreadableError, DataError) as error:
                    self.failed.append(SkippedFile(picture.label, str(error)))
                    yield self.failed[-1]

    def _find(self, picture: PictureToSegment, reporter: Reporter, cancel: CancelToken | None) -> _Found:
        full = read_full_picture(picture.source, self._segmenter.white)
        probabilities = self._segmenter(torch.from_numpy(full.colour), reporter=reporter, cancel=cancel)
        classes = self._classes.decide(probabilities).byte().numpy()
        return _Found(full, classes, count_objects(classes, self._classes, self._smallest))

    def _measure(self, picture: PictureToSegment, found: _Found) -> None:
        if picture.truth is None:
            return
        values = read_mask_values(picture.truth, self._classes.kind)
        if values.shape != found.classes.shape:
            height, width = found.classes.shape
            raise DataError(
                f"{height}x{width} (height x width), and its true mask is {values.shape[0]}x{values.shape[1]}: both "
                "must have one size"
            )
        true = self._classes.indices(values)
        if self._classes.of_objects:
            there = [len(np.unique(values[values != 0]))]
        else:
            there = [one.count for one in count_objects(true, self._classes, self._smallest).values()]
        self._metric.add(found.classes, true.astype(np.int64), ([one.count for one in found.objects.values()], there))

    def _write(self, picture: PictureToSegment, found: _Found) -> None:
        numbers = next(iter(found.objects.values())).numbers if self._classes.of_objects else None
        atomic_write(picture.mask, encode_mask(found.classes, self._classes, numbers))
        drawn = self._overlay(found, numbers)
        atomic_write(picture.overlay, encode_picture(FullPicture(drawn), ".png"))
        self.files.append(picture.mask)
        for number, (name, objects) in enumerate(found.objects.items(), start=1):
            inside = found.classes > 0 if self._classes.of_objects else found.classes == number
            pixels = int(inside.sum())
            self._areas.append(Area(picture.label, name, pixels, pixels / inside.size, objects.count))
        if len(self._crops) < self._shown:
            before = np.broadcast_to(found.picture.colour, drawn.shape)
            self._crops.append(crop(before, drawn, picture.label))

    def _overlay(self, found: _Found, numbers: np.ndarray | None) -> np.ndarray:
        if numbers is None:
            return overlay(found.picture.colour, found.classes, None, self._classes.colours)
        return overlay(found.picture.colour, (found.classes > 0).astype(np.uint8), numbers)

    def result(self, todo: Plan, folder: Path, *, interrupted: bool) -> Segmentations:
        """What is there, with its table and its sheet."""
        sheet = folder / SHEET if self._crops else None
        if sheet is not None:
            save_figure(sheet, before_after(self._crops, words=("picture", "mask")))
            atomic_write(folder / AREAS, _table(self._areas))
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


def _table(areas: Sequence[Area]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*AREAS_HEADING.split(","), "count"])
    writer.writerows([area.picture, area.name, area.pixels, f"{area.share:.6f}", area.count] for area in areas)
    return file.getvalue()
