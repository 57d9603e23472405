"""Examples from a folder of pictures."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from autoencode.data.examples import Examples, SkippedFile
from autoencode.data.images.picture import PictureHeader
from autoencode.data.images.picture_files import list_pairs, list_picture_files
from autoencode.data.images.picture_loader import LoadedPictures, Pixels, load_patches, load_resized
from autoencode.data.images.scan import printable
from autoencode.data.labels import subfolder_labels
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_LONGEST_KEPT = 128
_FITTED = (64, 64)
_COLOURS = ("auto", "grey", "rgb")
_SHOWN = 3


def read_folder(
    folder: Path,
    values: ValueRange | None = None,
    size: tuple[int, int] | None = None,
    colour: str = "auto",
    *,
    target: Path | None = None,
    patch: int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Examples:
    """Reads all pictures of a folder and its subfolders into one array of bytes.

        names ─► headers (size, grey?) ─► one colour ─┬─► one size, each fitted to it ─► (n, channels, h, w)
                                                      └─► patches at full size        ─► (n, channels, patch, patch)

    Files that are no readable picture are left out and listed. Where every picture lies in a subfolder and there are at
    least two, the names of the subfolders are the classes.

    Args:
        folder: where to look.
        values: None or 0-255, which is what picture files hold.
        size: (height, width) to which all pictures are fitted; None keeps theirs if all have one, up to 128.
        colour: "grey", "rgb", or "auto" for grey if every picture is.
        target: a folder of what should be made of each picture, matched by name.
        patch: cut pictures of any size into patches of so many pixels a side, in place of fitting them to one size.
        reporter: receives the progress of the task "reading", in pictures.
        cancel: ends the reading early.

    Returns:
        uint8 pictures, in the order of their paths.

    Raises:
        DataError: no readable picture, or more than fit into memory.
        ArgumentError: an option without meaning.
        CancelledError: `cancel` asked for it.
    """
    _check_options(values, colour, size, patch)
    found = list_pairs(folder, target) if target else list_picture_files(folder)
    headers = [source.header for source in found.sources]
    fitted = size or _common_size(headers) or _FITTED
    channels = 1 if _decoded_as(colour, headers) == "grey" else 3
    if patch:
        decoded = load_patches(found.sources, patch, channels, str(folder), reporter, cancel)
    else:
        decoded = load_resized(found.sources, fitted, channels, str(folder), reporter, cancel)
    skipped = sorted([*found.skipped, *decoded.failed], key=lambda skip: skip.file)
    if not decoded.names:
        raise DataError(_nothing(folder, found.n_files, skipped))
    stacks = _collapsed(decoded.stacks) if colour == "auto" else decoded.stacks
    kind = "grey" if stacks[0].shape[1] == 1 else "rgb"
    size_note = _patch_note(decoded, patch, headers) if patch else _size_note(headers, fitted)
    notes = (size_note, _colour_note(kind, colour), *_target_note(target), *_skipped_note(skipped, found.n_files))
    examples = Examples(
        x=torch.from_numpy(stacks[0]),
        target=torch.from_numpy(stacks[1]) if target else None,
        groups=decoded.groups,
        values=ValueRange.BYTES,
        notes=(*notes, "values 0-255, divided by 255"),
        skipped=tuple(skipped),
        files=tuple(printable(file) for file in decoded.names),
        options={
            "values": str(ValueRange.BYTES),
            "size": None if patch else list(fitted),
            "colour": kind,
            "target": str(target) if target else None,
            "patch": patch,
        },
    )
    return _labelled(examples, decoded.names)


def _check_options(values: ValueRange | None, colour: str, size: tuple[int, int] | None, patch: int | None) -> None:
    if values not in (None, ValueRange.BYTES):
        raise ArgumentError(f"picture files hold values 0-255; leave --values out, not {values}")
    if colour not in _COLOURS:
        raise ArgumentError(f"--colour takes {', '.join(_COLOURS)}, not {colour!r}")
    if patch is not None and patch < 1:
        raise ArgumentError(f"--patch takes the side of a patch in pixels, at least 1, not {patch}")
    if patch and size:
        raise ArgumentError("--patch cuts pictures at their full size: leave --size out")


def _common_size(headers: Sequence[PictureHeader]) -> tuple[int, int] | None:
    """The size that all pictures have, unless they differ or are large."""
    sizes = {(header.height, header.width) for header in headers}
    only = sizes.pop() if len(sizes) == 1 else None
    return only if only and max(only) <= _LONGEST_KEPT else None


def _decoded_as(colour: str, headers: Sequence[PictureHeader]) -> str:
    if colour != "auto":
        return colour
    return "grey" if all(header.grey for header in headers) else "rgb"


def _collapsed(stacks: tuple[Pixels, ...]) -> tuple[Pixels, ...]:
    """One channel where all channels are equal in every picture: grey that was stored as colour."""
    equal = all((picture == picture[:1]).all() for stack in stacks for picture in stack)
    return tuple(np.ascontiguousarray(stack[:, :1]) for stack in stacks) if equal else stacks


def _labelled(examples: Examples, files: Sequence[Path]) -> Examples:
    labels, classes = subfolder_labels(files)
    if classes is None:
        return examples
    shown = ", ".join(classes[:_SHOWN]) + (", …" if len(classes) > _SHOWN else "")
    note = f"labels from {len(classes)} subfolders: {shown}"
    return replace(examples, labels=labels, classes=classes, notes=(*examples.notes, note))


def _size_note(headers: Sequence[PictureHeader], fitted: tuple[int, int]) -> str:
    height, width = fitted
    sizes = sorted({(header.height, header.width) for header in headers}, key=lambda size: (size[0] * size[1], size))
    if sizes == [fitted]:
        return f"size {height}x{width} (height x width), as in the files"
    (low, left), (high, right) = sizes[0], sizes[-1]
    found = f"all are {low}x{left}" if len(sizes) == 1 else f"sizes from {low}x{left} to {high}x{right} were found"
    return f"fitted to {height}x{width} (height x width) by scaling and centre crop; {found} (say --size to choose)"


def _patch_note(decoded: LoadedPictures, patch: int, headers: Sequence[PictureHeader]) -> str:
    sizes = sorted({(header.height, header.width) for header in headers}, key=lambda size: size[0] * size[1])
    (low, left), (high, right) = sizes[0], sizes[-1]
    of = f"{low}x{left}" if len(sizes) == 1 else f"{low}x{left} to {high}x{right}"
    n = len(decoded.names)
    some = f"{n:,} of {decoded.patches:,}" if n < decoded.patches else f"{n:,}"
    return f"{some} patches of {patch}x{patch} from {len(headers):,} pictures of {of} (height x width), at full size"


def _target_note(target: Path | None) -> tuple[str, ...]:
    return (f"each with its target of the same name in {target}",) if target else ()


def _colour_note(kind: str, requested: str) -> str:
    if requested != "auto":
        return f"colour {kind}, as asked"
    return "grey, as every picture is" if kind == "grey" else "colour, as some pictures are (--colour grey drops it)"


def _skipped_note(skipped: Sequence[SkippedFile], n_files: int) -> tuple[str, ...]:
    if not skipped:
        return ()
    return (f"{len(skipped):,} of {n_files:,} files skipped: {_first_reasons(skipped)}",)


def _first_reasons(skipped: Sequence[SkippedFile]) -> str:
    first = "; ".join(f"{skip.file} ({skip.reason})" for skip in skipped[:_SHOWN])
    return first + ("; …" if len(skipped) > _SHOWN else "")


def _nothing(folder: Path, n_files: int, skipped: Sequence[SkippedFile]) -> str:
    if not n_files:
        return f"{folder} holds no files; give a folder of pictures (png, jpg, …)"
    reasons = _first_reasons(skipped) if skipped else "none has the ending of a picture (png, jpg, …)"
    return f"no readable picture in {folder}: {n_files:,} files looked at; {reasons}"
