"""Which pictures are segmented, and where each mask goes: decided before any work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.data.content import suffix_of
from autoencode.data.images.formats import suffixes
from autoencode.data.images.full_picture import read_full_picture_header
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import SHEET, printable, scan_pictures
from autoencode.data.masks.volume_masks import mask_volumes, volume_name
from autoencode.data.volumes.volume import VOLUME_SUFFIXES, is_volume
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.output_paths import find_input_pictures, no_results_message, unique_names
from autoencode.runs.replacing import check_outputs
from autoencode.runs.volumes import read_grey_volumes
from autoencode.tasks.segment.job import FileToSegment

AREAS = "areas.csv"
OVERLAYS, DOUBT, DRAWS = "overlays", "doubt", "draws"


@dataclass(frozen=True)
class Plan:
    """What there is to do.

    Args:
        pictures: pictures and volumes, in the order in which they were given.
        skipped: what is no readable picture, and why.
        unpaired: pictures without a true mask.
    """

    pictures: tuple[FileToSegment, ...]
    skipped: tuple[SkippedFile, ...]
    unpaired: tuple[SkippedFile, ...] = ()


def plan(files: Sequence[str | Path], out: Path, truth: Path | None = None, n_draws: int = 0) -> Plan:
    """Looks at the headers of all files and finds a name for each mask.

    Args:
        files: pictures, volumes, and folders of them.
        out: the folder for the results; what lies in it is not segmented again with a folder around it.
        truth: a folder of true masks, matched by name; the ending may be another.
        n_draws: how many masks are drawn for each picture.

    Raises:
        ArgumentError: a result would overwrite one of the files, a true mask, or what autoencode did not write.
        DataError: none of the files can be read, or none has a true mask.
    """
    found, skipped = find_input_pictures(files, out, frozenset(suffixes()) | VOLUME_SUFFIXES)
    masks = {} if truth is None else _masks(truth)
    pictures, unpaired = list[FileToSegment](), list[SkippedFile]()
    outputs = unique_names([name if is_volume(source) else name.with_suffix(".png") for source, name in found])
    for (source, name), output in zip(found, outputs, strict=True):
        mask = masks.get(volume_name(name))
        try:
            pictures.append(_job(source, name, out, output, mask, n_draws))
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(source), str(error)))
            continue
        if truth is not None and mask is None:
            unpaired.append(SkippedFile(printable(source), f"no mask of this name in {truth}"))
    if not pictures:
        raise DataError(no_results_message(files, skipped, "segmented"))
    if truth is not None and len(unpaired) == len(pictures):
        raise DataError(f"none of the pictures has a mask of its name in {truth}")
    results = [path for picture in pictures for path in picture.outputs]
    check_outputs((out / SHEET, out / AREAS, *results), (*(source for source, _ in found), *masks.values()))
    return Plan(tuple(pictures), tuple(skipped), tuple(unpaired))


def _job(source: Path, name: Path, out: Path, output: Path, mask: Path | None, n_draws: int) -> FileToSegment:
    """One file, of which no more is read than its size."""
    places = out / output, out / OVERLAYS / output, out / DOUBT / output
    if is_volume(source):
        if suffix_of(source) == ".dcm":
            raise UnreadableError("a DICOM file: convert it to NIfTI, for example with dcm2niix")
        overlay = places[1].with_name(f"{volume_name(output).name}.png")
        voxels = sum(volume.pixels.size for volume in read_grey_volumes(source))
        return FileToSegment(source, name, voxels, places[0], overlay, places[2], truth=mask, is_volume=True)
    header = read_full_picture_header(source)
    drawn = tuple(out / DRAWS / str(number + 1) / output for number in range(n_draws))
    return FileToSegment(source, name, header.height * header.width, *places, drawn, mask)


def _masks(truth: Path) -> dict[Path, Path]:
    if not truth.is_dir():
        raise ArgumentError(f"--truth takes a folder of masks, and {truth} is none")
    pictures = {name.with_suffix(""): truth / name for name in scan_pictures(truth, keep_generated=True).pictures}
    return pictures | mask_volumes(truth)
