"""Which files are restored, and where each result goes: decided before any work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.data.images.formats import suffixes
from autoencode.data.images.full_picture import FullPictureHeader, read_full_picture_header
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import output_picture_name
from autoencode.data.images.scan import SHEET, printable, scan_pictures
from autoencode.data.video.clip import ClipHeader, clip_suffixes, is_clip, read_clip_header
from autoencode.data.video.clip_writer import output_clip_name
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.output_paths import cut_names_note, find_input_pictures, no_results_message, unique_names
from autoencode.runs.replacing import check_outputs


@dataclass(frozen=True)
class Job:
    """One picture or clip to restore.

    Args:
        source: the file.
        name: its name inside the folder that was given; for a file, its last part.
        header: its size; a clip's also says how long it is.
        output: where the result goes.
        clean: what it should look like, or None.
    """

    source: Path
    name: Path
    header: FullPictureHeader | ClipHeader
    output: Path
    clean: Path | None = None

    @property
    def pixels(self) -> int:
        """Its size; a clip's of all frames."""
        return self.header.height * self.header.width * getattr(self.header, "frames", 1)


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
    readable: list[tuple[Path, Path, FullPictureHeader | ClipHeader]] = []
    for source, name in found:
        try:
            readable.append((source, name, _header(source)))
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(source), str(error)))
    if not readable:
        raise DataError(no_results_message(files, skipped, "restored"))
    wanted = [_output(name, header, lossless=lossless) for _, name, header in readable]
    outputs = unique_names(wanted)
    jobs = [Job(*each, out / output) for each, output in zip(readable, outputs, strict=True)]
    partners, unpaired = _match_clean_files(jobs, clean) if clean is not None else ({}, [])
    paired = [Job(job.source, job.name, job.header, job.output, partners.get(job.source)) for job in jobs]
    check_outputs(
        (out / SHEET, *(job.output for job in paired)),
        (*(source for source, _ in found), *(job.clean for job in paired if job.clean)),
    )
    cut = cut_names_note(wanted, outputs)
    return Plan(tuple(paired), tuple(skipped), tuple(unpaired), () if cut is None else (cut,))


def _endings() -> frozenset[str]:
    return suffixes() | clip_suffixes()


def _header(file: Path) -> FullPictureHeader | ClipHeader:
    return read_clip_header(file) if is_clip(file) else read_full_picture_header(file)


def _output(name: Path, header: FullPictureHeader | ClipHeader, *, lossless: bool) -> Path:
    if isinstance(header, ClipHeader):
        return output_clip_name(name, lossless=lossless)
    return output_picture_name(name, alpha=header.alpha)


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
            unpaired.append(SkippedFile(printable(job.source), reason))
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
        header = _header(partner)
    except UnreadableError as error:
        return f"its clean picture {printable(partner)} cannot be read: {error}"
    if type(header) is not type(job.header):
        return f"one of it and {printable(partner)} is a clip and the other a picture"
    if (header.height, header.width) == (job.header.height, job.header.width):
        return ""
    return (
        f"its clean picture is {header.width}x{header.height} pixels, and it is {job.header.width}x{job.header.height}"
    )
