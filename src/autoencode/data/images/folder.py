"""Examples from a folder of pictures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autoencode.data.attribute_file import picture_attributes
from autoencode.data.examples import Examples, SkippedFile, count_files, list_skipped
from autoencode.data.images.formats import Depth, Numbers, common_depth
from autoencode.data.images.picture import PictureHeader
from autoencode.data.images.picture_files import PictureFile, PictureScan, list_pairs, list_picture_files
from autoencode.data.images.picture_loader import LoadedPictures, load_patches, load_resized
from autoencode.data.images.scan import printable
from autoencode.data.label_file import picture_labels
from autoencode.data.labels import Labels, subfolder_labels
from autoencode.data.masks.mask_folder import with_mask_classes
from autoencode.data.options import ReadOptions
from autoencode.data.split import OfficialSplit, folder_parts, part_of_name
from autoencode.data.values import ConvertedValues, ValueRange, convert_values
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_LONGEST_KEPT = 128
_FITTED = (64, 64)
_USUAL_VALUES = {Depth.BYTES: ValueRange.BYTES, Depth.WORDS: ValueRange.WORDS, Depth.FLOATS: None}
_HELD_OUT = ("validation", "test")


def read_folder(
    folder: Path,
    options: ReadOptions | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Examples:
    """Reads all pictures of a folder and its subfolders into one array.

        names ─► headers (size, grey?, depth) ─► one colour and depth ─┬─► one size, each fitted to it
                                                                       └─► patches at full size

    Subfolders called train and test (or val) are the parts, and the classes lie one level below. Otherwise, where every
    picture lies in a subfolder and there are at least two, the names of the subfolders are the classes. Pictures of
    8 bits are stored as bytes; where any has 16 bits or all are floating point, all are stored as floats.

    Args:
        folder: where to look.
        options: how they are to be read; decided from all of them where they say nothing. Pictures keep their size if
            all have one, up to 128, and are grey if every one is.
        reporter: receives the progress of the task "reading", in pictures.
        cancel: ends the reading early.

    Returns:
        The pictures in the order of their paths, those of the held-out parts last.

    Raises:
        DataError: no readable picture, or more than fit into memory.
        ArgumentError: an option without a meaning.
        CancelledError: `cancel` asked for it.
    """
    options = options or ReadOptions()
    found, mask_notes = _listed(folder, options, reporter, cancel)
    arranged = _arrange(found, options)
    headers = [source.header for source in arranged.sources]
    size = options.size or _common_size(headers) or _FITTED
    channels = 1 if _decoded_as(options.colour, headers) == "grey" else 3
    if options.patch:
        decoded = load_patches(
            arranged.sources, options.patch, channels, str(folder), reporter, cancel, by_region=options.by_region
        )
    else:
        decoded = load_resized(arranged.sources, size, channels, str(folder), reporter, cancel, fit=options.fit)
    skipped = sorted([*arranged.skipped, *decoded.failed], key=lambda skip: skip.file)
    if not decoded.names:
        raise DataError(_nothing(folder, found.n_files, skipped, options))
    masks = found.sources[0].classes
    pictures = decoded.stacks if masks is None else decoded.stacks[:1]
    stacks = _collapsed(pictures) if options.colour == "auto" else pictures
    converted = list(_converted(stacks, headers, options))
    kind = "grey" if stacks[0].shape[1] == 1 else "rgb"
    colourises = options.target is not None and masks is None and _only_targets_have_colour(stacks)
    labels = _labels(decoded.names, found, arranged, options)
    attributes = picture_attributes(options.attributes, decoded.names) if options.attributes else None
    return Examples(
        x=converted[0].x,
        target=masks.planes(decoded.stacks[1]) if masks else converted[1].x if options.target else None,
        masks=masks,
        colourises=colourises,
        groups=decoded.groups,
        values=converted[0].values,
        labels=labels.labels,
        classes=labels.classes,
        context=attributes and attributes.codes,
        attributes=attributes and attributes.values,
        official=_official(decoded, arranged),
        notes=(
            _count_note(decoded, skipped, found.n_files),
            _patch_note(decoded, options.patch, headers) if options.patch else _size_note(headers, size, options.fit),
            _colour_note(kind, options.colour),
            *(("grey pictures with targets in colour",) if colourises else ()),
            *_target_note(options),
            *mask_notes,
            converted[0].note,
            *_region_note(decoded, options),
            *_lost_notes(headers),
            *_page_note(arranged.sources),
            *_parts_note(decoded, arranged),
            *labels.notes,
            *(attributes.notes if attributes else ()),
        ),
        skipped=tuple(skipped),
        files=tuple(printable(file) for file in decoded.names),
        options=_decided(options, converted[0].values, size, kind),
        owned=True,
    )


def _decided(options: ReadOptions, values: ValueRange, size: tuple[int, int], colour: str) -> dict[str, Any]:
    """How the pictures were read, by the names of the options."""
    return {
        "values": str(values),
        "size": None if options.patch else list(size),
        "colour": colour,
        "target": str(options.target) if options.target else None,
        **({"target_is": options.target_is} if options.has_masks else {}),
        "patch": options.patch,
        "fit": options.fit,
        "labels": options.labels,
        "unlabelled": options.unlabelled,
        "attributes": str(options.attributes) if options.attributes else None,
        "parts": options.parts,
    }


def _listed(
    folder: Path, options: ReadOptions, reporter: Reporter | None, cancel: CancelToken | None
) -> tuple[PictureScan, tuple[str, ...]]:
    """The pictures with their targets, and lines about masks."""
    if options.has_masks:
        if options.target is None:
            raise ArgumentError(f"each picture of {folder} needs a mask: say where they are with --target masks/")
        scan = list_pairs(folder, options.target, options.only, masks=True)
        sources, notes = with_mask_classes(
            scan.sources, options.target, reporter, cancel, objects=options.target_is == "objects"
        )
        return scan._replace(sources=sources), notes
    if options.target:
        return list_pairs(folder, options.target, options.only), ()
    return list_picture_files(folder, options.only), ()


class _Arranged(NamedTuple):
    """The pictures in the order of their parts.

    Args:
        sources: the pictures.
        parts: the part of each, by its name; None where the folder brings no parts.
        skipped: what is left out so far.
    """

    sources: list[PictureFile]
    parts: dict[Path, str] | None
    skipped: list[SkippedFile]


def _arrange(found: PictureScan, options: ReadOptions) -> _Arranged:
    """The pictures of the training part first, then those to validate and to test with."""
    parts = folder_parts([source.name for source in found.sources]) if options.parts == "auto" else None
    if parts is None:
        return _Arranged(found.sources, None, found.skipped)
    by_part = {part: [] for part in ("train", *_HELD_OUT)}
    outside = Counter[str]()
    for source, part in zip(found.sources, parts, strict=True):
        if part is None:
            outside[source.name.parts[0] + "/" if len(source.name.parts) > 1 else "pictures beside them"] += 1
        else:
            by_part[part].append(source)
    left = [
        SkippedFile(f"in {name}" if name.endswith("/") else name, "in no folder of a part: train, val or test", count)
        for name, count in outside.items()
    ]
    sources = [source for part in by_part.values() for source in part]
    named = {source.name: part for part, own in by_part.items() for source in own}
    return _Arranged(sources, named, [*found.skipped, *left])


def _official(decoded: LoadedPictures, arranged: _Arranged) -> OfficialSplit:
    """How many examples, or pictures that examples were cut from, each held-out part has."""
    counts = _part_counts(decoded, arranged)
    return OfficialSplit(counts["validation"], counts["test"])


def _part_counts(decoded: LoadedPictures, arranged: _Arranged) -> Counter[str]:
    if arranged.parts is None:
        return Counter()
    names = decoded.names if decoded.groups is None else list(dict.fromkeys(decoded.names))
    return Counter(arranged.parts[name] for name in names)


def _labels(names: Sequence[Path], found: PictureScan, arranged: _Arranged, options: ReadOptions) -> Labels:
    """The classes by subfolders, which are one level lower where the upper ones are the parts."""
    if options.labels == "none":
        return Labels()
    if options.label_source is not None:
        return picture_labels(Path(options.label_source), names, options.unlabelled)
    if arranged.parts is None:
        return subfolder_labels(names, found.folders)
    inside = (folder for folder in found.folders if folder.parts and part_of_name(folder.parts[0]))
    return subfolder_labels([_below_part(name) for name in names], frozenset(map(_below_part, inside)))


def _below_part(path: Path) -> Path:
    return Path(*path.parts[1:])


def _converted(
    stacks: Sequence[Numbers], headers: Sequence[PictureHeader], options: ReadOptions
) -> Iterator[ConvertedValues]:
    """The pictures, and their targets read as they are, in the model's units."""
    values = options.values or _USUAL_VALUES[common_depth([header.depth for header in headers])]
    for stack in stacks:
        converted = convert_values(stack, values, pictures=True, owned=True)
        values = converted.values
        yield converted


def _common_size(headers: Sequence[PictureHeader]) -> tuple[int, int] | None:
    """The size that all pictures have, unless they differ or are large."""
    sizes = {(header.height, header.width) for header in headers}
    only = sizes.pop() if len(sizes) == 1 else None
    return only if only and max(only) <= _LONGEST_KEPT else None


def _decoded_as(colour: str, headers: Sequence[PictureHeader]) -> str:
    if colour != "auto":
        return colour
    return "grey" if all(header.grey for header in headers) else "rgb"


def _collapsed(stacks: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    """One channel where all channels are equal in every picture: grey that was stored as colour."""
    equal = all((picture == picture[:1]).all() for stack in stacks for picture in stack)
    return tuple(np.ascontiguousarray(stack[:, :1]) for stack in stacks) if equal else stacks


def _only_targets_have_colour(stacks: Sequence[Numbers]) -> bool:
    pictures, targets = (all((x == x[:1]).all() for x in stack) for stack in stacks)
    return stacks[0].shape[1] == 3 and pictures and not targets


def _count_note(decoded: LoadedPictures, skipped: Sequence[SkippedFile], n_files: int) -> str:
    pictures = f"{len(set(decoded.names)):,} pictures"
    if not skipped:
        return pictures
    return f"{pictures}; {count_files(skipped):,} of {n_files:,} files left out: {list_skipped(skipped)}"


def _size_note(headers: Sequence[PictureHeader], fitted: tuple[int, int], fit: str) -> str:
    height, width = fitted
    sizes = sorted({(header.height, header.width) for header in headers}, key=lambda size: (size[0] * size[1], size))
    if sizes == [fitted]:
        return f"size {height}x{width} (height x width), as in the files"
    (low, left), (high, right) = sizes[0], sizes[-1]
    found = f"all are {low}x{left}" if len(sizes) == 1 else f"sizes from {low}x{left} to {high}x{right} were found"
    how = "scaling and centre crop" if fit == "crop" else "scaling, with black bars"
    other = "--fit letterbox keeps all of each picture" if fit == "crop" else "--fit crop has no bars"
    return f"fitted to {height}x{width} (height x width) by {how}; {found} (say --size to choose; {other})"


def _patch_note(decoded: LoadedPictures, patch: int, headers: Sequence[PictureHeader]) -> str:
    sizes = sorted({(header.height, header.width) for header in headers}, key=lambda size: size[0] * size[1])
    (low, left), (high, right) = sizes[0], sizes[-1]
    of = f"{low}x{left}" if len(sizes) == 1 else f"{low}x{left} to {high}x{right}"
    n = len(decoded.names)
    some = f"{n:,} of {decoded.patches:,}" if n < decoded.patches else f"{n:,}"
    return f"{some} patches of {patch}x{patch} from {len(headers):,} pictures of {of} (height x width), at full size"


def _region_note(decoded: LoadedPictures, options: ReadOptions) -> tuple[str, ...]:
    if not options.by_region or decoded.groups is None or not decoded.names:
        return ()
    n = int(decoded.groups[-1]) + 1
    return (f"divided into {n:,} regions, some of which are held out (--parts auto holds out whole pictures)",)


def _target_note(options: ReadOptions) -> tuple[str, ...]:
    what = "mask" if options.has_masks else "target"
    return (f"each with its {what} of the same name in {options.target}",) if options.target else ()


def _colour_note(kind: str, requested: str) -> str:
    if requested != "auto":
        return f"colour {kind}, as requested"
    return "grey, as every picture is" if kind == "grey" else "colour, as some pictures are (--colour grey drops it)"


def _lost_notes(headers: Sequence[PictureHeader]) -> Iterator[str]:
    """What is lost in reading, and in how many pictures."""
    for lost, count in Counter(lost for header in headers for lost in header.lost).items():
        yield f"{lost}, in {count:,} of {len(headers):,} pictures"


def _page_note(sources: Sequence[PictureFile]) -> tuple[str, ...]:
    """Which pictures are pages of a file."""
    several = {source.files[0] for source in sources if source.page}
    if not several:
        return ()
    files = "1 TIFF file" if len(several) == 1 else f"{len(several):,} TIFF files"
    return (f"each page of {files} is a picture",)


def _parts_note(decoded: LoadedPictures, arranged: _Arranged) -> tuple[str, ...]:
    counts = _part_counts(decoded, arranged)
    listed = ", ".join(f"{part} {count:,}" for part, count in counts.items())
    return (f"parts from subfolders: {listed} (--parts random divides all anew)",) if counts else ()


def _nothing(folder: Path, n_files: int, skipped: Sequence[SkippedFile], options: ReadOptions) -> str:
    if not n_files:
        return f"{folder} holds no files; give a folder of pictures (png, jpg, …)"
    if options.target is not None:
        return f"no picture in {folder} with one of its name and size in {options.target}: {list_skipped(skipped)}"
    return f"no readable picture in {folder}, which holds {n_files:,} files: {list_skipped(skipped)}"
