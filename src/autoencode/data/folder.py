"""Examples from a folder of pictures."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from autoencode.data.examples import Examples, Progress, Skipped
from autoencode.data.memory import check_fits
from autoencode.data.picture import Header, UnreadableError, read_header, read_picture
from autoencode.data.subfolders import subfolder_labels
from autoencode.data.values import Values
from autoencode.data.walking import list_pictures, printable
from autoencode.errors import ArgumentError, DataError

_LONGEST_KEPT = 128
_FITTED = (64, 64)
_COLOURS = ("auto", "grey", "rgb")
_SHOWN = 3
Pixels = npt.NDArray[np.uint8]


def read_folder(
    folder: Path,
    values: Values | None = None,
    size: tuple[int, int] | None = None,
    colour: str = "auto",
    progress: Progress | None = None,
) -> Examples:
    """Reads all pictures of a folder and its subfolders into one array of bytes.

        names ─► headers (size, grey?) ─► one size, one colour ─► each file decoded once ─► (n, channels, h, w)

    Files that are no readable picture are left out and listed. Where every picture lies in a subfolder and there are at
    least two, the names of the subfolders are the classes.

    Args:
        folder: where to look.
        values: None or 0-255, which is what picture files hold.
        size: (height, width) to which all pictures are fitted; None keeps theirs if all have one, up to 128.
        colour: "grey", "rgb", or "auto" for grey if every picture is.
        progress: told (pictures read, pictures in all).

    Returns:
        uint8 pictures, in the order of their paths.

    Raises:
        DataError: no readable picture, or more than fit into memory.
        ArgumentError: an option without meaning.
    """
    _check_options(values, colour)
    files, headers, skipped, looked = _headers(folder)
    fitted = size or _common_size(headers) or _FITTED
    pixels, read, failed = _pixels(folder, files, fitted, _decoded_as(colour, headers), progress)
    skipped = sorted([*skipped, *failed], key=lambda skip: skip.file)
    if not read:
        raise DataError(_nothing(folder, looked, skipped))
    pixels = _collapsed(pixels) if colour == "auto" else pixels
    kind = "grey" if pixels.shape[1] == 1 else "rgb"
    notes = (_size_note(headers, fitted), _colour_note(kind, colour), *_skipped_note(skipped, looked))
    examples = Examples(
        x=torch.from_numpy(pixels),
        values=Values.BYTES,
        notes=(*notes, "values 0-255, divided by 255"),
        skipped=tuple(skipped),
        files=tuple(printable(file) for file in read),
        options={"values": str(Values.BYTES), "size": list(fitted), "colour": kind},
    )
    return _labelled(examples, read)


def _check_options(values: Values | None, colour: str) -> None:
    if values not in (None, Values.BYTES):
        raise ArgumentError(f"picture files hold values 0-255; leave --values out, not {values}")
    if colour not in _COLOURS:
        raise ArgumentError(f"--colour takes {', '.join(_COLOURS)}, not {colour!r}")


def _headers(folder: Path) -> tuple[list[Path], list[Header], list[Skipped], int]:
    """The pictures, their headers, what is left out so far, and how many files were looked at."""
    listing = list_pictures(folder)
    files, headers, skipped = list[Path](), list[Header](), list(listing.skipped)
    for file in listing.pictures:
        try:
            headers.append(read_header(folder / file))
            files.append(file)
        except UnreadableError as error:
            skipped.append(Skipped(printable(file), str(error)))
    return files, headers, skipped, len(listing.pictures) + len(listing.skipped) + listing.others


def _common_size(headers: Sequence[Header]) -> tuple[int, int] | None:
    """The size that all pictures have, unless they differ or are large."""
    sizes = {(header.height, header.width) for header in headers}
    only = sizes.pop() if len(sizes) == 1 else None
    return only if only and max(only) <= _LONGEST_KEPT else None


def _decoded_as(colour: str, headers: Sequence[Header]) -> str:
    if colour != "auto":
        return colour
    return "grey" if all(header.grey for header in headers) else "rgb"


def _pixels(
    folder: Path, files: Sequence[Path], size: tuple[int, int], colour: str, progress: Progress | None
) -> tuple[Pixels, list[Path], list[Skipped]]:
    """Decodes every file once; those that fail leave no gap."""
    shape = (len(files), 1 if colour == "grey" else 3, *size)
    check_fits(int(np.prod(shape, dtype=np.int64)), str(folder))
    pixels, read, failed = np.empty(shape, dtype=np.uint8), list[Path](), list[Skipped]()
    for done, file in enumerate(files, start=1):
        try:
            pixels[len(read)] = read_picture(folder / file, size, colour)
            read.append(file)
        except UnreadableError as error:
            failed.append(Skipped(printable(file), str(error)))
        if progress is not None:
            progress(done, len(files))
    return pixels[: len(read)], read, failed


def _collapsed(pixels: Pixels) -> Pixels:
    """One channel where all channels are equal in every picture: grey that was stored as colour."""
    equal = all((picture == picture[:1]).all() for picture in pixels)
    return np.ascontiguousarray(pixels[:, :1]) if equal else pixels


def _labelled(examples: Examples, files: Sequence[Path]) -> Examples:
    labels, classes = subfolder_labels(files)
    if classes is None:
        return examples
    shown = ", ".join(classes[:_SHOWN]) + (", …" if len(classes) > _SHOWN else "")
    note = f"labels from {len(classes)} subfolders: {shown}"
    return replace(examples, labels=labels, classes=classes, notes=(*examples.notes, note))


def _size_note(headers: Sequence[Header], fitted: tuple[int, int]) -> str:
    height, width = fitted
    sizes = sorted({(header.height, header.width) for header in headers}, key=lambda size: (size[0] * size[1], size))
    if sizes == [fitted]:
        return f"size {height}x{width} (height x width), as in the files"
    (low, left), (high, right) = sizes[0], sizes[-1]
    found = f"all are {low}x{left}" if len(sizes) == 1 else f"sizes from {low}x{left} to {high}x{right} were found"
    return f"fitted to {height}x{width} (height x width) by scaling and centre crop; {found} (say --size to choose)"


def _colour_note(kind: str, asked: str) -> str:
    if asked != "auto":
        return f"colour {kind}, as asked"
    return "grey, as every picture is" if kind == "grey" else "colour, as some pictures are (--colour grey drops it)"


def _skipped_note(skipped: Sequence[Skipped], looked: int) -> tuple[str, ...]:
    if not skipped:
        return ()
    return (f"{len(skipped):,} of {looked:,} files skipped: {_first_reasons(skipped)}",)


def _first_reasons(skipped: Sequence[Skipped]) -> str:
    first = "; ".join(f"{skip.file} ({skip.reason})" for skip in skipped[:_SHOWN])
    return first + ("; …" if len(skipped) > _SHOWN else "")


def _nothing(folder: Path, looked: int, skipped: Sequence[Skipped]) -> str:
    if not looked:
        return f"{folder} holds no files; give a folder of pictures (png, jpg, …)"
    reasons = _first_reasons(skipped) if skipped else "none has the ending of a picture (png, jpg, …)"
    return f"no readable picture in {folder}: {looked:,} files looked at; {reasons}"
