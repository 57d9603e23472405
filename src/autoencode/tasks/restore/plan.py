"""Which files are restored, and where each result goes: decided before any work."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.data.images.formats import suffixes
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import SHEET, printable, scan_pictures
from autoencode.data.video.clip import clip_suffixes, is_clip
from autoencode.data.volumes.volume import VOLUME_SUFFIXES, is_volume
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.output_paths import cut_names_note, find_input_pictures, no_results_message, unique_names
from autoencode.runs.replacing import check_outputs
from autoencode.tasks.restore.clip import ClipJob
from autoencode.tasks.restore.job import Job
from autoencode.tasks.restore.picture import PictureJob
from autoencode.tasks.restore.volume import VolumeJob


@dataclass(frozen=True)
class Plan:
    """What there is to do.

    Args:
        jobs: the pictures and clips, in the order in which they were given.
        skipped: what is no readable picture, and why.
        unpaired: pictures that cannot be measured, and why.
        notes: lines to show.
    """

    jobs: tuple[Job, ...]
    skipped: tuple[SkippedFile, ...]
    unpaired: tuple[SkippedFile, ...]
    notes: tuple[str, ...] = ()


def plan(files: Sequence[str | Path], out: Path, clean: Path | None = None, *, lossless: bool = False) -> Plan:
    """Looks at the headers of all files and finds a name for each result.

    A result keeps the file's name, and its place in the folder that was given. Where two would have one name, or one
    that of the sheet, the later one gets a number.

    Args:
        files: pictures, clips, and folders of them.
        out: the folder for the results; what lies in it is not restored again with a folder around it.
        clean: a folder of clean pictures and clips, matched by name; the ending may be another.
        lossless: how clips are written.

    Raises:
        ArgumentError: a result would overwrite one of the files, a clean picture, or what autoencode did not write;
            `out` is a file; there is no folder `clean`.
        DataError: none of the files can be read, or none has a clean picture.
    """
    found, skipped = find_input_pictures(files, out, _endings())
    jobs: list[Job] = []
    for source, name in found:
        try:
            jobs.append(_job(source, name, lossless=lossless))
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(source), str(error)))
    if not jobs:
        raise DataError(no_results_message(files, skipped, "restored"))
    partners, unpaired = _match_clean_files(jobs, clean) if clean is not None else ({}, [])
    wanted = [job.output for job in jobs]
    outputs = unique_names(wanted)
    check_outputs(
        (out / SHEET, *(out / output for output in outputs)),
        (*(source for source, _ in found), *partners.values()),
    )
    placed = (
        replace(job, output=out / output, clean=partners.get(job.source))
        for job, output in zip(jobs, outputs, strict=True)
    )
    cut = cut_names_note(wanted, outputs)
    return Plan(tuple(placed), tuple(skipped), tuple(unpaired), () if cut is None else (cut,))


def _endings() -> frozenset[str]:
    return suffixes() | clip_suffixes() | VOLUME_SUFFIXES


def _job(source: Path, name: Path, *, lossless: bool = False) -> Job:
    if is_volume(source):
        return VolumeJob.of(source, name)
    return ClipJob.of(source, name, lossless=lossless) if is_clip(source) else PictureJob.of(source, name)


def _match_clean_files(jobs: Sequence[Job], clean: Path) -> tuple[dict[Path, Path], list[SkippedFile]]:
    """The clean picture of each, and those that have none of their size."""
    if not clean.is_dir():
        raise ArgumentError(f"--clean {clean}: there is no such folder")
    by_name: dict[Path, Path] = {}
    for name in scan_pictures(clean, _endings(), keep_generated=True).pictures:
        by_name.setdefault(name.with_suffix(""), clean / name)
        by_name[name] = clean / name
    partners: dict[Path, Path] = {}
    unpaired: list[SkippedFile] = []
    for job in jobs:
        partner = by_name.get(job.name) or by_name.get(job.name.with_suffix(""))
        if reason := _mismatch_reason(job, partner, clean):
            unpaired.append(SkippedFile(job.path, reason))
        elif partner is not None:
            partners[job.source] = partner
    if not partners:
        first = f"{unpaired[0].file}: {unpaired[0].reason}"
        raise DataError(f"none of the {len(jobs)} pictures has a clean one in {clean}, matched by name; {first}")
    return partners, unpaired


def _mismatch_reason(job: Job, partner: Path | None, clean: Path) -> str:
    """Why a picture cannot be measured; "" where it can."""
    if partner is None:
        return f"no picture of this name in {clean}"
    try:
        other = _job(partner, job.name)
    except UnreadableError as error:
        return f"its clean picture {printable(partner)} cannot be read: {error}"
    if type(other) is not type(job):
        return f"it and {printable(partner)} are not of one kind: picture, clip, volume"
    if other.size == job.size:
        return ""
    return f"its clean picture is {other.size[1]}x{other.size[0]} pixels, and it is {job.size[1]}x{job.size[0]}"
