"""Segments a volume slice by slice, into a volume with the same places and spacing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from autoencode.data.images.full_picture import FullPicture
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import printable
from autoencode.data.masks.doubt import doubt
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.masks.objects import count_objects
from autoencode.data.masks.unknown_values import UnknownValues
from autoencode.data.masks.volume_masks import read_mask_volume
from autoencode.data.memory import allocate
from autoencode.data.volumes.nifti import write_nifti_like
from autoencode.data.volumes.scan_volume import Volume
from autoencode.evaluation import SegmentationMetric
from autoencode.runs.segmenter import Segmenter
from autoencode.runs.volumes import VolumeRange, missing_note, read_grey_volumes
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.segment.area import Area
from autoencode.tasks.segment.job import FileToSegment
from autoencode.views.figures import Crop, crop, overlay

_SHOWN = 16
"""Slices in the picture of a volume."""
_COLUMNS = 4
_ML = 1e-3
"""Millilitres of a cubic millimetre."""


@dataclass(frozen=True)
class SegmentedVolume:
    """What is kept of a volume that is written.

    Args:
        areas: of each class.
        shown: its slice with most of the classes, before and after.
        note: a line on numbers outside the range of training, and on NaN; "" where there are none.
    """

    areas: tuple[Area, ...]
    shown: Crop
    note: str


@dataclass(frozen=True, eq=False)
class _Found:
    """A segmented volume in memory, each (slices, height, width) of bytes.

    Args:
        grey: its numbers.
        mask: the class of each voxel.
        doubt: of each voxel.
        numbers: of the objects, where masks number them.
        classes: of the masks.
    """

    grey: np.ndarray
    mask: np.ndarray
    doubt: np.ndarray
    numbers: np.ndarray | None
    classes: MaskClasses

    @property
    def inside(self) -> np.ndarray:
        """The classes that are drawn: of objects all in one."""
        return self.mask if self.numbers is None else (self.mask > 0).astype(np.uint8)

    def drawn(self, row: int) -> np.ndarray:
        """A slice with its mask over it."""
        numbers = None if self.numbers is None else self.numbers[row]
        return overlay(self.grey[row][None], self.inside[row], numbers, self.classes.colours)


def segment_volume(
    segmenter: Segmenter,
    job: FileToSegment,
    measures: tuple[SegmentationMetric, UnknownValues],
    smallest: int | None,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> SegmentedVolume:
    """Finds the class of each voxel, and writes it.

    Args:
        segmenter: the model.
        job: the volume.
        measures: take the result and its true mask, where there is one.
        smallest: areas of fewer voxels are not counted; by default a five-thousandth of the volume.
        reporter: receives the progress of the task "segmenting a volume", in slices.
        cancel: checked between slices.

    Raises:
        UnreadableError: the file cannot be read.
        DataError: it does not suit the model, or its true mask does not suit it.
        CapabilityError: the model takes no volumes.
        CancelledError: `cancel` asked for it; nothing is left of the result.
    """
    values, volumes = VolumeRange(segmenter.run), read_grey_volumes(job.source)
    slices, *sides = _shape(volumes)
    grey, mask, unsure = (allocate((slices, *sides), np.dtype(np.uint8), str(job.source)) for _ in range(3))
    outside = missing = 0
    with track(reporter, "segmenting a volume", slices, "slices", cancel=cancel) as progress:
        for row, pixels in enumerate(_slices(volumes)):
            units = values.units(pixels)
            inside = units.clip(0, 1)
            outside += int((units != inside).sum())
            probabilities = segmenter(torch.from_numpy(inside)[None])
            known = np.isfinite(pixels)
            missing += int((~known).sum())
            mask[row] = np.where(known, segmenter.classes.decide(probabilities).byte().numpy(), 0)
            unsure[row], grey[row] = np.where(known, _bytes(doubt(probabilities).numpy()), 0), _bytes(inside)
            progress.advance()
    notes = values.note(outside, job.size - missing), missing_note(missing, job.size, "count as background")
    objects = count_objects(mask, segmenter.classes, smallest)
    numbers = next(iter(objects.values())).numbers if segmenter.classes.of_objects else None
    found = _Found(grey, mask, unsure, numbers, segmenter.classes)
    if job.truth is not None:
        _measure(job.truth, volumes[0], mask, [one.count for one in objects.values()], measures, smallest)
    _write(job, found)
    ml = _ML * float(np.prod(volumes[0].spacing))
    areas = tuple(
        Area(job.label, name, n, n / mask.size, one.count, millilitres=n * ml)
        for number, (name, one) in enumerate(objects.items(), start=1)
        for n in [int((found.inside == number).sum())]
    )
    return SegmentedVolume(areas, _shown(found, job.label), "; ".join(filter(None, notes)))


def _shape(volumes: list[Volume]) -> tuple[int, ...]:
    return sum(len(volume.pixels) for volume in volumes), *volumes[0].pixels.shape[1:3]


def _slices(volumes: list[Volume]) -> Iterator[np.ndarray]:
    for volume in volumes:
        for row in range(len(volume.pixels)):
            yield volume.pixels[row : row + 1][0]


def _measure(
    truth: Path,
    volume: Volume,
    mask: np.ndarray,
    counts: list[int],
    measures: tuple[SegmentationMetric, UnknownValues],
    smallest: int | None,
) -> None:
    """Dice over all voxels of the volume; slices are put one below the other, which changes no sum."""
    metric, unknown = measures
    values = read_mask_volume(truth, volume).pixels[:].astype(np.int32)
    unknown.add(printable(Path(truth.name)), values)
    true = np.stack([metric.masks.indices(one) for one in values])
    if metric.masks.of_objects:
        there = [len(np.unique(values[values != 0]))]
    else:
        there = [one.count for one in count_objects(true, metric.masks, smallest).values()]
    rows = mask.shape[0] * mask.shape[1]
    metric.add(mask.reshape(rows, -1), true.reshape(rows, -1).astype(np.int64), (counts, there))


def _write(job: FileToSegment, found: _Found) -> None:
    values = found.numbers
    if values is None:
        values = np.array(found.classes.values, np.int32)[found.mask]
    for path in job.outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    kind = np.uint8 if values.min(initial=0) >= 0 and values.max(initial=0) <= 255 else np.int32
    write_nifti_like(job.source, values, job.mask, kind)
    write_nifti_like(job.source, found.doubt, job.doubt, np.uint8)
    atomic_write(job.overlay, encode_picture(FullPicture(_mosaic(found)), ".png"))


def _mosaic(found: _Found) -> np.ndarray:
    """Slices at equal distances from the first to the last that holds something, or of all where none does."""
    rows = np.flatnonzero(found.mask.any((1, 2)))
    first, last = (rows[0], rows[-1]) if len(rows) else (0, len(found.mask) - 1)
    chosen = np.unique(np.linspace(first, last, _SHOWN).round().astype(int)).tolist()
    drawn = [found.drawn(row) for row in chosen]
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % _COLUMNS)
    lines = [np.concatenate(drawn[start : start + _COLUMNS], 2) for start in range(0, len(drawn), _COLUMNS)]
    return np.concatenate(lines, 1)


def _shown(found: _Found, label: str) -> Crop:
    row = int((found.mask > 0).sum((1, 2)).argmax())
    drawn = found.drawn(row)
    return crop(np.broadcast_to(found.grey[row], drawn.shape), drawn, f"{label}, slice {row + 1}")


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 255).clip(0, 255).astype(np.uint8)
