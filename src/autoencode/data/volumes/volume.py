"""Slices of volumes as examples, with what their numbers mean."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from autoencode.data.arrays.arrays import read_array
from autoencode.data.arrays.layout import AxisOrder
from autoencode.data.content import suffix_of
from autoencode.data.examples import Examples, SkippedFile, list_skipped
from autoencode.data.folder_parts import FolderParts, official_split, parts_note
from autoencode.data.formats import file_format
from autoencode.data.images.scan import scan_pictures
from autoencode.data.masks.volume_masks import VolumeMasks
from autoencode.data.memory import allocate, is_large
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array, ValueRange, extremes
from autoencode.data.video.frame_window import sliding_windows
from autoencode.data.volumes.dicom import read_dicom, read_dicom_series
from autoencode.data.volumes.nifti import NIFTI_SUFFIXES, read_nifti
from autoencode.data.volumes.scan_volume import StoredSlices, Volume
from autoencode.errors import DataError

_NO_MASKS = "masks are read beside NIfTI files: convert the series, for example with dcm2niix"
T = TypeVar("T")
VOLUME_SUFFIXES = frozenset({".dcm", *NIFTI_SUFFIXES})
"""Endings of volumes, and of slices of them."""
_BLOCKS = 20
"""One volume, or each of two, is divided into so many blocks of neighbouring slices; whole blocks are held out."""
_LONG = 8
"""Slices of a block, at least, for each neighbour on either side; shorter where there would not be three blocks."""
_SPACING = 0.01
_WHOLE = 3
"""From so many volumes on, whole ones are held out."""
_CHUNK = 2**23
"""Numbers that are read at a time where volumes are large."""
_LEAST_RANGE = 1e-300
_WIDEST = 8
"""Bytes that a number takes while it is read."""


def is_volume(path: Path) -> bool:
    """Whether a file is a volume, or a slice of one, by its name or its first bytes."""
    return suffix_of(path) in VOLUME_SUFFIXES


def holds_volumes(folder: Path) -> bool:
    """Whether a folder has volumes and no pictures."""
    files = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return any(map(is_volume, files)) and not scan_pictures(folder).pictures


def volume_files(folder: Path) -> list[Path]:
    """The volumes and slices in a folder and below, in order."""
    return sorted(
        path for place, _, names in os.walk(folder) for name in names if is_volume(path := Path(place) / name)
    )


def read_volume_folder(folder: Path, options: ReadOptions) -> Examples:
    """The slices of all volumes in a folder; DICOM files of one series are one volume.

    Subfolders called train and test (or validation) are the parts.

    Raises:
        DataError: none can be read, or their slices differ in size.
    """
    files = volume_files(folder)
    arranged = FolderParts.of([file.relative_to(folder) for file in files], options.parts)
    skipped, volumes, masks = list(arranged.outside), list[Volume](), _masks(options, folder)
    parts = list[str | None]()
    for part in dict.fromkeys(arranged.part_of(place) for place in arranged.order):
        own = [files[place] for place in arranged.order if arranged.part_of(place) == part]
        volumes += _volumes_of(own, masks, lambda file, why: skipped.append(_skip(file, folder, why)))
        parts += [part] * (len(volumes) - len(parts))
    if not volumes:
        raise DataError(f"no volume in {folder} can be read: {list_skipped(skipped)}")
    found = _with_masks(examples_of(volumes, options, parts), masks, options)
    left_out = (f"{len(skipped):,} of {len(files):,} files left out: {list_skipped(skipped)}",) if skipped else ()
    return replace(
        found,
        skipped=tuple(skipped),
        notes=(*found.notes, *parts_note(parts, "volumes"), *left_out),
        options={**found.options, "parts": options.parts},
    )


def _skip(file: Path, folder: Path, reason: str) -> SkippedFile:
    return SkippedFile(str(file.relative_to(folder)), reason)


def _volumes_of(
    files: Sequence[Path], masks: VolumeMasks | None, leave_out: Callable[[Path, str], None]
) -> list[Volume]:
    """The volumes of files, those of NIfTI first.

    Args:
        files: in order.
        masks: takes the mask of each.
        leave_out: receives each file that cannot be read, and why.
    """
    volumes = list[Volume]()
    for file in (file for file in files if suffix_of(file) != ".dcm"):
        try:
            own = read_nifti(file)
            if masks:
                masks.add(file, own)
            volumes += own
        except DataError as error:
            leave_out(file, str(error))
    dicom = [file for file in files if suffix_of(file) == ".dcm"]
    series, unread = ([], [(file, _NO_MASKS) for file in dicom]) if masks else read_dicom_series(dicom)
    for file, reason in unread:
        leave_out(file, reason)
    return [*volumes, *series]


@file_format(".nii")
@file_format(".nii.gz")
def read_nifti_examples(path: Path, options: ReadOptions) -> Examples:
    """NIfTI files of MRI and CT: each slice is an example, in the units of the file."""
    volumes, masks = read_nifti(path), _masks(options)
    if masks:
        masks.add(path, volumes)
    return _with_masks(_examples_of_file(path, volumes, options), masks, options)


@file_format(".dcm")
def read_dicom_examples(path: Path, options: ReadOptions) -> Examples:
    """DICOM files of CT, MRI and X-rays: each frame is an example, CT in Hounsfield units."""
    if options.has_masks:
        raise DataError(f"{path.name}: {_NO_MASKS}")
    return _examples_of_file(path, [read_dicom(path)], options)


def _masks(options: ReadOptions, folder: Path | None = None) -> VolumeMasks | None:
    return VolumeMasks(options.target, folder) if options.has_masks and options.target else None


def _with_masks(found: Examples, masks: VolumeMasks | None, options: ReadOptions) -> Examples:
    return masks.join(found, options) if masks else found


def _examples_of_file(path: Path, volumes: Sequence[Volume], options: ReadOptions) -> Examples:
    options.refuse(path.name, "parts", "array", "unlabelled", *(["labels"] if options.label_source else []))
    return examples_of(volumes, options)


def examples_of(volumes: Sequence[Volume], options: ReadOptions, parts: Sequence[str | None] = ()) -> Examples:
    """The slices of volumes, of which no volume, or block of a single one, is in two parts.

    Args:
        volumes: in the order of their parts, where they have some.
        options: how they are read.
        parts: of each volume, where a folder names some.

    Raises:
        DataError: slices of different sizes, or numbers that are not finite.
    """
    shapes = sorted({volume.pixels.shape[1:] for volume in volumes})
    if len(shapes) > 1:
        sizes = ", ".join("x".join(map(str, shape[1::-1])) for shape in shapes[:3])
        raise DataError(f"slices of different sizes ({sizes}): put volumes of one size into a folder of their own")
    options = replace(options, parts="auto")
    large = is_large(_WIDEST * sum(volume.pixels.size for volume in volumes))
    found, note = _in_file(volumes, options) if large else _in_memory(volumes, options)
    reach = (options.frames or 1) // 2
    held_out = official_split(parts)
    n_free = len(volumes) - held_out.validation - held_out.test
    notes = (_described(volumes, n_free), *found.notes[1:], *note)
    found = replace(
        found,
        groups=_groups(volumes, reach, n_free),
        official=held_out,
        notes=notes,
        options={"values": found.options["values"]},
    )
    return _with_neighbours(found, reach) if reach else found


def _in_memory(volumes: Sequence[Volume], options: ReadOptions) -> tuple[Examples, tuple[str, ...]]:
    x = np.concatenate([volume.pixels[:] for volume in volumes])
    values, own = options.values or _usual_range(volumes, *extremes(x)), _is_colour(x)
    clipped, outside = (x, 0) if own else _clipped(x, values)
    return read_array(clipped, _options(x, values, options), owned=True), _outside_note(outside, x.size, values)


def _in_file(volumes: Sequence[Volume], options: ReadOptions) -> tuple[Examples, tuple[str, ...]]:
    """The same, chunk by chunk, into a file that is mapped into memory: once for the range, and once to keep them."""
    values = options.values
    if values is None:
        lows, highs = zip(*map(extremes, _chunks(volumes)), strict=True)
        values = _usual_range(volumes, min(lows), max(highs))
    kept, found, outside, first = None, None, 0, 0
    n, size = (sum(count(volume.pixels) for volume in volumes) for count in (len, _size))
    for chunk in _chunks(volumes):
        clipped, more = (chunk, 0) if _is_colour(chunk) else _clipped(chunk, values)
        found = read_array(clipped, _options(chunk, values, options), owned=True)
        part = found.x.numpy()
        kept = allocate((n, *part.shape[1:]), part.dtype, "the volumes") if kept is None else kept
        kept[first : first + len(part)] = part
        outside, first = outside + more, first + len(part)
    if found is None or kept is None:
        raise DataError("the volumes have no slices")
    return replace(found, x=torch.from_numpy(kept)), _outside_note(outside, size, values)


def _with_neighbours(found: Examples, reach: int) -> Examples:
    """The slices with those before and behind each one as its context, of its own group alone."""
    x, first, frames = found.x, 0, 2 * reach + 1
    context = allocate((len(x), (frames - 1) * x.shape[1], *x.shape[2:]), x.numpy().dtype, "slices with neighbours")
    for n in torch.unique_consecutive(found.groups, return_counts=True)[1].tolist():
        for near in neighbours(range(first, first + n), reach):
            context[near[reach]] = x[[*near[:reach], *near[reach + 1 :]]].flatten(0, 1).numpy()
        first += n
    note = f"each slice is given with {reach:,} before and {reach:,} behind it"
    options = {**found.options, "frames": frames}
    return replace(found, context=torch.from_numpy(context), notes=(*found.notes, note), options=options)


def neighbours(slices: Iterable[T], reach: int) -> Iterator[list[T]]:
    """Each slice of a volume in the middle of those around it; see `sliding_windows`.

    Raises:
        DataError: fewer than 2 · reach slices.
    """
    try:
        yield from sliding_windows(slices, reach)
    except DataError as error:
        raise DataError(f"a volume of {str(error).replace('frame', 'slice')}") from error


def _chunks(volumes: Sequence[Volume]) -> Iterator[Array]:
    for volume in volumes:
        slices = max(1, _CHUNK // math.prod(volume.pixels.shape[1:]))
        for first in range(0, len(volume.pixels), slices):
            yield volume.pixels[first : first + slices]


def _size(pixels: Array | StoredSlices) -> int:
    return pixels.size


def _is_colour(x: Array) -> bool:
    return x.dtype == np.uint8 and x.ndim == 4


def _options(x: Array, values: ValueRange, options: ReadOptions) -> ReadOptions:
    axes = AxisOrder.LAST if x.ndim == 4 else AxisOrder.GREY
    return replace(options, values=None if _is_colour(x) else values, axes=axes)


def _usual_range(volumes: Sequence[Volume], low: float, high: float) -> ValueRange:
    """What is black and white: −1024 to 3071 for Hounsfield units, else the extremes in round numbers.

    Raises:
        DataError: all numbers are alike.
    """
    hounsfield = ValueRange(-1024.0, 3071.0)
    if all(volume.unit == "HU" for volume in volumes) and hounsfield.contains(low, high):
        return hounsfield
    if not high - low > _LEAST_RANGE:
        raise DataError(f"all numbers are alike ({low:g}), and nothing can be learned from them: leave the volume out")
    digits = 1 - math.floor(math.log10(high - low))
    step = 10.0**-digits
    bottom = 0.0 if 0 <= low < high / 2 else round(math.floor(low / step) * step, digits)
    return ValueRange(bottom, round(max(math.ceil(high / step) * step, bottom + step), digits))


def _clipped(x: Array, values: ValueRange) -> tuple[Array, int]:
    """Numbers within a range, and how many were not."""
    if values.low is None or values.high is None:
        return x, 0
    outside = int(((x < values.low) | (x > values.high)).sum())
    return np.clip(x, values.low, values.high), outside


def _outside_note(outside: int, size: int, values: ValueRange) -> tuple[str, ...]:
    note = f"{outside / size:.2%} of the numbers are outside {values} and were clipped".replace("%", " %")
    return (note,) if outside else ()


def _groups(volumes: Sequence[Volume], reach: int, n_free: int) -> torch.Tensor:
    """The volume of each slice; blocks of neighbours where there are too few volumes to hold whole ones out.

    Args:
        volumes: in the order of their parts.
        reach: neighbours of a slice on either side.
        n_free: how many of the volumes, the first ones, are in no held-out part of the folder.
    """
    sizes = [len(volume.pixels) for volume in volumes]
    in_blocks = 0 if n_free >= _WHOLE else n_free
    counts = [_blocks(n, reach) if number < in_blocks else 1 for number, n in enumerate(sizes)]
    blocks = [torch.arange(n) * count // n for n, count in zip(sizes, counts, strict=True)]
    return torch.cat([own + sum(counts[:number]) for number, own in enumerate(blocks)])


def _blocks(n: int, reach: int) -> int:
    """How many blocks slices are divided into; those of slices with neighbours are long, as each sees itself alone."""
    if not reach:
        return min(_BLOCKS, n)
    return max(1, min(_WHOLE, n // (2 * reach)), min(_BLOCKS, n // (_LONG * reach)))


def _described(volumes: Sequence[Volume], n_free: int) -> str:
    slices, first = sum(len(volume.pixels) for volume in volumes), volumes[0]
    unit = {"": "numbers as in the files", "HU": "Hounsfield units"}[first.unit if _alike(volumes) else ""]
    spacing = " x ".join(f"{side:.3g}" for side in first.spacing)
    same = "" if _evenly(volumes) else " in the first"
    held = "whole volumes" if n_free >= _WHOLE else "blocks of neighbouring slices"
    count = "1 volume" if len(volumes) == 1 else f"{len(volumes):,} volumes"
    return f"{count} of {slices:,} slices, {unit}, {spacing} mm a voxel{same}; {held} are held out"


def _alike(volumes: Iterable[Volume]) -> bool:
    return len({volume.unit for volume in volumes}) == 1


def _evenly(volumes: Sequence[Volume]) -> bool:
    spacings = np.array([volume.spacing for volume in volumes])
    return bool((np.ptp(spacings, axis=0) <= _SPACING * spacings[0]).all())
