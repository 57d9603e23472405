"""Spoils a person's own pictures, to see what a training with these corruptions would see."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from autoencode.corruptions import Corruption, parse_corruptions
from autoencode.corruptions.watermark import watermark_files
from autoencode.data import Batch, SkippedFile, to_unit_floats
from autoencode.data.images.full_picture import read_full_picture
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import SHEET, printable
from autoencode.errors import DataError
from autoencode.runs.output_paths import cut_names_note, find_input_pictures, no_results_message, unique_names
from autoencode.runs.replacing import check_outputs
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.storage import atomic_write
from autoencode.views.figures import View, corruption_sheet, save_figure, views

_SHOWN = 8


@dataclass(frozen=True)
class CorruptedCopies:
    """What came of it.

    Args:
        files: the corrupted copies.
        sheet: the first ones below their originals.
        skipped: what could not be read, and why.
    """

    files: tuple[Path, ...]
    sheet: Path
    skipped: tuple[SkippedFile, ...]


def corrupt(
    files: Sequence[str | Path],
    corruption: str | Sequence[str] | Corruption,
    out: str | Path = "corrupted",
    *,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> CorruptedCopies:
    """Writes corrupted copies of pictures, of the size they have, and a sheet of the first ones below their originals.

    Copies are PNG files, without loss, under the names of the pictures and in the subfolders in which those lie: the
    folders are pairs, a clean and a corrupted picture of one name. Values are clipped to black and white.
    Alpha channels, DPI and colour profiles are kept as they are. What corrupts a picture depends on the seed and its
    name, and not on the other pictures.

    Args:
        files: pictures and folders of pictures.
        corruption: as `autoencode.corruptions.compose` takes it, or a function from batch to batch.
        out: where to write; copies of an earlier time are replaced.
        seed: of the noise.
        reporter: receives the progress of the task "corrupting", in pictures, a warning for each file that is
            skipped, and what is kept where it ends early.
        cancel: ends the work early; the copies that are written are kept.

    Raises:
        ArgumentError: a corruption without meaning, or a copy that would overwrite one of the files or what autoencode
            did not write, before anything is done.
        DataError: none of the files could be read, or a watermark's file cannot be.
        StorageError: a copy cannot be written; those before it stay.
        CancelledError: `cancel` asked for it; the copies before stay.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> from PIL import Image
        >>> Image.new("L", (40, 30), "white").save(folder / "page.png")
        >>> done = corrupt([folder / "page.png"], ["stain:0.7", "gaussian:0.05"], folder / "corrupted")
        >>> [path.name for path in done.files], done.sheet.name
        (['page.png'], 'sheet.png')
    """
    folder, sheet, reporter = Path(out), Path(out) / SHEET, resolve_reporter(reporter)
    corruption_fn = corruption if callable(corruption) else parse_corruptions(corruption)
    found, skipped = find_input_pictures(files, folder)
    wanted = [name.with_suffix(".png") for _, name in found]
    names = unique_names(wanted)
    if note := cut_names_note(wanted, names):
        reporter.note(note)
    sources = [source for source, _ in found]
    check_outputs([sheet, *(folder / name for name in names)], [*sources, *watermark_files(corruption_fn)])
    written: list[Path] = []
    shown: list[View] = []
    for skip in skipped:
        reporter.warn(str(skip))
    with (
        note_what_is_kept(
            reporter, lambda: f"{len(written):,} of {len(found):,} pictures are in {folder}" if written else ""
        ),
        track(reporter, "corrupting", len(found), "pictures", cancel=cancel) as progress,
    ):
        for number, (source, name) in enumerate(zip(sources, names, strict=True)):
            progress.update(number, detail=printable(name))
            try:
                picture = read_full_picture(source)
            except UnreadableError as error:
                skipped.append(SkippedFile(printable(source), str(error)))
                reporter.warn(str(skipped[-1]))
                continue
            copy = replace(picture, colour=_corrupted(picture.colour, corruption_fn, seed, name))
            atomic_write(folder / name, encode_picture(copy, ".png"))
            written.append(folder / name)
            shown += views(picture.colour, copy.colour) if len(written) <= _SHOWN else []
    if not written:
        raise DataError(no_results_message(files, skipped, "read"))
    save_figure(sheet, corruption_sheet(shown))
    return CorruptedCopies(tuple(written), sheet, tuple(skipped))


def _corrupted(
    pixels: npt.NDArray[np.uint8], corruption_fn: Corruption, seed: int, name: Path
) -> npt.NDArray[np.uint8]:
    """The pixels (channels, height, width) of one picture, corrupted."""
    x = to_unit_floats(torch.from_numpy(pixels)[None])
    with torch.no_grad(), seeded_rng(derive_seed(seed, zlib.crc32(name.as_posix().encode(errors="surrogateescape")))):
        corrupted = corruption_fn(Batch(x)).x[0]
    return (corrupted.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
