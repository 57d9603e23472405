"""The picture files that examples come from: each alone, or with what should be made of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from autoencode.data.examples import SkippedFile
from autoencode.data.images.picture import PictureHeader, UnreadableError, read_picture_header
from autoencode.data.images.scan import printable, scan_pictures
from autoencode.errors import DataError


class PictureFile(NamedTuple):
    """One picture, and what should be made of it.

    Args:
        name: the picture's path inside its folder.
        files: the picture's file, and its target's where it has one.
        header: size and kind; grey only if all files are.
    """

    name: Path
    files: tuple[Path, ...]
    header: PictureHeader


class PictureScan(NamedTuple):
    """What there is to read.

    Args:
        sources: in the order of their names.
        skipped: files that are left out so far.
        n_files: how many files were looked at.
    """

    sources: list[PictureFile]
    skipped: list[SkippedFile]
    n_files: int


def list_picture_files(folder: Path) -> PictureScan:
    """The readable pictures of a folder and its subfolders."""
    listing = scan_pictures(folder)
    n_files = len(listing.pictures) + len(listing.skipped) + listing.others
    return _readable([(name, (folder / name,)) for name in listing.pictures], listing.skipped, n_files)


def list_pairs(folder: Path, target: Path) -> PictureScan:
    """The pictures of a folder with those of another that have the same path inside it, whatever their endings.

    A picture without a partner, or one whose partner has another size, is left out.

    Raises:
        DataError: a name is twice in one folder, so that nobody knows which one is meant.
    """
    listing, other = scan_pictures(folder), scan_pictures(target)
    ours, theirs = _by_name(listing.pictures, folder), _by_name(other.pictures, target)
    alone = [(name, f"no picture of this name in {target}") for key, name in ours.items() if key not in theirs]
    alone += [(target / name, f"none of this name in {folder}") for key, name in theirs.items() if key not in ours]
    skipped = [*listing.skipped, *(SkippedFile(printable(name), reason) for name, reason in alone)]
    skipped += [SkippedFile(printable(target / skip.file), skip.reason) for skip in other.skipped]
    both = [(name, (folder / name, target / theirs[key])) for key, name in ours.items() if key in theirs]
    n_files = sum(len(each.pictures) + len(each.skipped) for each in (listing, other))
    return _readable(both, skipped, n_files)


def _readable(
    files: Sequence[tuple[Path, tuple[Path, ...]]], skipped: Sequence[SkippedFile], n_files: int
) -> PictureScan:
    sources, left_out = list[PictureFile](), list(skipped)
    for name, own in files:
        try:
            sources.append(PictureFile(name, own, _common_header(own)))
        except UnreadableError as error:
            left_out.append(SkippedFile(printable(name), str(error)))
    return PictureScan(sources, left_out, n_files)


def _common_header(files: tuple[Path, ...]) -> PictureHeader:
    """Size and kind of a picture and its target.

    Raises:
        UnreadableError: one of them cannot be read, or they differ in size.
    """
    first, *others = [read_picture_header(file) for file in files]
    for other in others:
        if other[:2] != first[:2]:
            raise UnreadableError(
                f"{first.height}x{first.width} (height x width), and its target is {other.height}x{other.width}: "
                "they must fit point by point"
            )
    return PictureHeader(first.height, first.width, all(header.grey for header in (first, *others)))


def _by_name(files: Sequence[Path], folder: Path) -> dict[Path, Path]:
    names = dict[Path, Path]()
    for file in files:
        name = file.with_suffix("")
        if name in names:
            raise DataError(f"{folder} holds both {names[name]} and {file}: a picture must have one partner")
        names[name] = file
    return names
