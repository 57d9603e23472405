"""The picture files that examples come from: each alone, or with its target."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from autoencode.data.examples import SkippedFile, count_files
from autoencode.data.images.formats import common_depth
from autoencode.data.images.picture import PictureHeader, UnreadableError, read_page_headers
from autoencode.data.images.scan import FolderScan, printable, scan_pictures
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.masks.mask_files import read_mask_header
from autoencode.errors import DataError

_PAGE = re.compile(r":\d+$")
"""What follows a file's name where one of its pages is meant."""


class PictureFile(NamedTuple):
    """One picture, and its target: what a model should make of it.

    Args:
        name: the picture's path inside its folder.
        files: the picture's file, and its target's where it has one.
        header: size and kind; grey only if all files are, and of the depth of the deepest.
        page: of TIFF files, counted from 0.
        mask: the file of its mask, where it has one; it is not among `files`.
        classes: of the mask.
    """

    name: Path
    files: tuple[Path, ...]
    header: PictureHeader
    page: int = 0
    mask: Path | None = None
    classes: MaskClasses | None = None


class PictureScan(NamedTuple):
    """What there is to read.

    Args:
        sources: in the order of their names.
        skipped: files that are left out so far.
        n_files: how many files there are.
        folders: every subfolder that holds a file.
    """

    sources: list[PictureFile]
    skipped: list[SkippedFile]
    n_files: int
    folders: frozenset[Path] = frozenset()


def list_picture_files(folder: Path, only: frozenset[str] | None = None) -> PictureScan:
    """The readable pictures of a folder and its subfolders.

    Args:
        folder: where to look.
        only: the names of those that count, as `printable` gives them; None for all.
    """
    listing = scan_pictures(folder)
    names = _only(listing.pictures, only)
    n_files = len(names) + count_files(listing.skipped)
    return _readable([(name, (folder / name,)) for name in names], listing, n_files)


def _only(names: list[Path], only: frozenset[str] | None) -> list[Path]:
    if only is None:
        return names
    files = {_PAGE.sub("", name) for name in only} | only
    return [name for name in names if printable(name) in files]


def list_pairs(folder: Path, target: Path, only: frozenset[str] | None = None, *, masks: bool = False) -> PictureScan:
    """The pictures of a folder with those of another that have the same path inside it, whatever their endings.

    A picture without a target, or with one of another size, is left out.

    Args:
        folder: where to look.
        target: where their targets are.
        only: the names of the pictures that count, as `printable` gives them; None for all.
        masks: whether targets are masks, whose values have no depth and no colour.

    Raises:
        DataError: a name is twice in one folder, so that it is not clear which one is meant.
    """
    listing, other = (scan_pictures(each, keep_generated=True) for each in (folder, target))
    ours, theirs = _by_name(_only(listing.pictures, only), folder), _by_name(other.pictures, target)
    alone = [
        (name, f"no {'mask' if masks else 'picture'} of this name in {target}")
        for key, name in ours.items()
        if key not in theirs
    ]
    alone += [(target / name, f"none of this name in {folder}") for key, name in theirs.items() if key not in ours]
    skipped = [*listing.skipped, *(SkippedFile(printable(name), reason) for name, reason in alone)]
    skipped += [skip.inside(target) for skip in other.skipped]
    both = [(name, (folder / name, target / theirs[key])) for key, name in ours.items() if key in theirs]
    n_files = sum(len(each.pictures) + count_files(each.skipped) for each in (listing, other))
    found = FolderScan(listing.pictures, skipped, listing.folders)
    return _readable_with_masks(both, found, n_files) if masks else _readable(both, found, n_files)


def _readable_with_masks(
    files: Sequence[tuple[Path, tuple[Path, ...]]], listing: FolderScan, n_files: int
) -> PictureScan:
    sources, skipped = list[PictureFile](), list(listing.skipped)
    for name, (picture, mask) in files:
        try:
            sources.append(PictureFile(name, (picture,), _header_with_mask(picture, mask), mask=mask))
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(name), str(error)))
    return PictureScan(sources, skipped, n_files, listing.folders)


def _header_with_mask(picture: Path, mask: Path) -> PictureHeader:
    """The header of a picture, whose mask has the same size.

    Raises:
        UnreadableError: one of them cannot be read, the picture has several pages, or they differ in size.
    """
    header, *more = read_page_headers(picture)
    if more:
        raise UnreadableError(f"{len(more) + 1:,} pages, and a mask is one picture: save each page as a file")
    try:
        own = read_mask_header(mask)
    except UnreadableError as error:
        raise UnreadableError(f"its mask: {error}") from error
    if (own.height, own.width) != (header.height, header.width):
        raise UnreadableError(
            f"{header.height}x{header.width} (height x width), and its mask is {own.height}x{own.width}: both must "
            "have one size"
        )
    return header


def _readable(files: Sequence[tuple[Path, tuple[Path, ...]]], listing: FolderScan, n_files: int) -> PictureScan:
    sources, skipped = list[PictureFile](), list(listing.skipped)
    for name, own in files:
        try:
            headers = _common_headers(own)
            sources += [
                PictureFile(_page_name(name, page) if headers[1:] else name, own, header, page)
                for page, header in enumerate(headers)
            ]
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(name), str(error)))
    return PictureScan(sources, skipped, n_files, listing.folders)


def _page_name(name: Path, page: int) -> Path:
    return name.with_name(f"{name.name}:{page + 1}")


def _common_headers(files: tuple[Path, ...]) -> list[PictureHeader]:
    """Size and kind of a picture and its target; of TIFF files for each page.

    Raises:
        UnreadableError: one of them cannot be read, or they differ in size or in the number of pages.
    """
    pages = [read_page_headers(file) for file in files]
    if len({len(own) for own in pages}) > 1:
        raise UnreadableError(f"{len(pages[0]):,} pages, and its target has {len(pages[1]):,}: both must have as many")
    return [_common_header(headers) for headers in zip(*pages, strict=True)]


def _common_header(headers: Sequence[PictureHeader]) -> PictureHeader:
    first, *others = headers
    for other in others:
        if other[:2] != first[:2]:
            raise UnreadableError(
                f"{first.height}x{first.width} (height x width), and its target is {other.height}x{other.width}: "
                "both must have one size"
            )
    return first._replace(
        grey=all(header.grey for header in (first, *others)),
        depth=common_depth([header.depth for header in (first, *others)]),
        lost=tuple(dict.fromkeys(lost for header in (first, *others) for lost in header.lost)),
    )


def _by_name(files: Sequence[Path], folder: Path) -> dict[Path, Path]:
    names = dict[Path, Path]()
    for file in files:
        name = file.with_suffix("")
        if name in names:
            raise DataError(f"{folder} holds both {names[name]} and {file}: a picture must have one target")
        names[name] = file
    return names
