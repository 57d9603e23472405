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
from autoencode.views.figures import Crop, crop, overlay

_SHOWN = 16
"""Slices in the picture of a volume."""
_COLUMNS = 4
_ML = 1e-3
"""Millilitres of a cubic millimetre."""


@dataclass(frozen=True)
class VolumeToSegment:
    """A volume, and where what is found in it goes.

    Args:
        source: the NIfTI file.
        name: its name inside the folder that was given.
        size: how many voxels it has.
        mask: where its mask goes.
        overlay: where a picture of some slices with their masks goes.
        doubt: where the volume of doubt goes.
        truth: its true mask, or None.
    """

    source: Path
    name: Path
    size: int
    mask: Path
    overlay: Path
    doubt: Path
    truth: Path | None = None

    @property
    def label(self) -> str:
        """Its name as tables and captions show it."""
        return printable(self.name)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """All that is written for it."""
        return self.mask, self.overlay, self.doubt


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


def segment_volume(
    segmenter: Segmenter,
    job: VolumeToSegment,
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
    found, unsure = (allocate((slices, *sides), np.dtype(np.uint8), str(job.source)) for _ in range(2))
    grey, outside = allocate((slices, *sides), np.dtype(np.uint8), str(job.source)), 0
    missing = 0
    with track(reporter, "segmenting a volume", slices, "slices", cancel=cancel) as progress:
        for row, pixels in enumerate(_slices(volumes)):
            units = values.units(pixels)
            inside = units.clip(0, 1)
            outside += int((units != inside).sum())
            probabilities = segmenter(torch.from_numpy(inside)[None])
            known = np.isfinite(pixels)
            missing += int((~known).sum())
            found[row] = np.where(known, segmenter.classes.decide(probabilities).byte().numpy(), 0)
            unsure[row], grey[row] = np.where(known, _bytes(doubt(probabilities).numpy()), 0), _bytes(inside)
            progress.advance()
    notes = values.note(outside, job.size - missing), missing_note(missing, job.size, "count as background")
    objects = count_objects(found, segmenter.classes, smallest)
    numbers = next(iter(objects.values())).numbers if segmenter.classes.of_objects else None
    if job.truth is not None:
        _measure(job.truth, volumes[0], found, [one.count for one in objects.values()], measures, smallest)
    _write(job, found, unsure, grey, numbers, segmenter.classes)
    ml = _ML * float(np.prod(volumes[0].spacing))
    areas = tuple(
        Area(job.label, name, n, n / found.size, one.count, millilitres=n * ml)
        for number, (name, one) in enumerate(objects.items(), start=1)
        for n in [int((found > 0 if segmenter.classes.of_objects else found == number).sum())]
    )
    shown = _shown(grey, found, numbers, segmenter.classes, job.label)
    return SegmentedVolume(areas, shown, "; ".join(filter(None, notes)))


def _shape(volumes: list[Volume]) -> tuple[int, ...]:
    return sum(len(volume.pixels) for volume in volumes), *volumes[0].pixels.shape[1:3]


def _slices(volumes: list[Volume]) -> Iterator[np.ndarray]:
    for volume in volumes:
        for row in range(len(volume.pixels)):
            yield volume.pixels[row : row + 1][0]


def _measure(
    truth: Path,
    volume: Volume,
    found: np.ndarray,
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
    rows = found.shape[0] * found.shape[1]
    metric.add(found.reshape(rows, -1), true.reshape(rows, -1).astype(np.int64), (counts, there))


def _write(
    job: VolumeToSegment,
    found: np.ndarray,
    unsure: np.ndarray,
    grey: np.ndarray,
    numbers: np.ndarray | None,
    classes: MaskClasses,
) -> None:
    values = found if numbers is None and classes.of_objects else numbers
    if values is None:
        values = np.array(classes.values)[found] if tuple(classes.values) != tuple(range(len(classes))) else found
    for path in job.outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    largest = int(values.max(initial=0))
    kind = np.uint8 if largest <= 255 and values.min(initial=0) >= 0 else np.int32
    write_nifti_like(job.source, values, job.mask, kind)
    write_nifti_like(job.source, unsure, job.doubt, np.uint8)
    atomic_write(job.overlay, encode_picture(FullPicture(_mosaic(grey, found, numbers, classes)), ".png"))


def _mosaic(grey: np.ndarray, found: np.ndarray, numbers: np.ndarray | None, classes: MaskClasses) -> np.ndarray:
    """Slices at equal distances from the first to the last that holds something, or of all where none does."""
    rows = np.flatnonzero(found.any((1, 2)))
    first, last = (rows[0], rows[-1]) if len(rows) else (0, len(found) - 1)
    chosen = np.unique(np.linspace(first, last, _SHOWN).round().astype(int)).tolist()
    drawn = [_overlay(grey, found, numbers, classes, row) for row in chosen]
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % _COLUMNS)
    lines = [np.concatenate(drawn[start : start + _COLUMNS], 2) for start in range(0, len(drawn), _COLUMNS)]
    return np.concatenate(lines, 1)


def _overlay(
    grey: np.ndarray, found: np.ndarray, numbers: np.ndarray | None, classes: MaskClasses, row: int
) -> np.ndarray:
    if numbers is None:
        return overlay(grey[row][None], found[row], None, classes.colours)
    return overlay(grey[row][None], (found[row] > 0).astype(np.uint8), numbers[row])


def _shown(grey: np.ndarray, found: np.ndarray, numbers: np.ndarray | None, classes: MaskClasses, label: str) -> Crop:
    row = int((found > 0).sum((1, 2)).argmax())
    drawn = _overlay(grey, found, numbers, classes, row)
    return crop(np.broadcast_to(grey[row], drawn.shape), drawn, f"{label}, slice {row + 1}")


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 255).clip(0, 255).astype(np.uint8)
