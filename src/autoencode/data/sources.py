"""The picture files that examples come from: each alone, or with what should be made of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from autoencode.data.examples import Skipped
from autoencode.data.picture import Header, UnreadableError, read_header
from autoencode.data.walking import list_pictures, printable
from autoencode.errors import DataError


class Source(NamedTuple):
    """One picture, and what should be made of it.

    Args:
        name: the picture's path inside its folder.
        files: the picture's file, and its target's where it has one.
        header: size and kind; grey only if all files are.
    """

    name: Path
    files: tuple[Path, ...]
    header: Header


class Found(NamedTuple):
    """What there is to read.

    Args:
        sources: in the order of their names.
        skipped: files that are left out so far.
        looked: how many files were looked at.
    """

    sources: list[Source]
    skipped: list[Skipped]
    looked: int


def list_sources(folder: Path) -> Found:
    """The readable pictures of a folder and its subfolders."""
    listing = list_pictures(folder)
    looked = len(listing.pictures) + len(listing.skipped) + listing.others
    return _readable([(name, (folder / name,)) for name in listing.pictures], listing.skipped, looked)


def list_pairs(folder: Path, target: Path) -> Found:
    """The pictures of a folder with those of another that have the same path inside it, whatever their endings.

    A picture without a partner, or one whose partner has another size, is left out.

    Raises:
        DataError: a name is twice in one folder, so that nobody knows which one is meant.
    """
    listing, other = list_pictures(folder), list_pictures(target)
    ours, theirs = _by_name(listing.pictures, folder), _by_name(other.pictures, target)
    alone = [(name, f"no picture of this name in {target}") for key, name in ours.items() if key not in theirs]
    alone += [(target / name, f"none of this name in {folder}") for key, name in theirs.items() if key not in ours]
    skipped = [*listing.skipped, *(Skipped(printable(name), reason) for name, reason in alone)]
    skipped += [Skipped(printable(target / skip.file), skip.reason) for skip in other.skipped]
    both = [(name, (folder / name, target / theirs[key])) for key, name in ours.items() if key in theirs]
    looked = sum(len(each.pictures) + len(each.skipped) for each in (listing, other))
    return _readable(both, skipped, looked)


def _readable(files: Sequence[tuple[Path, tuple[Path, ...]]], skipped: Sequence[Skipped], looked: int) -> Found:
    sources, left_out = list[Source](), list(skipped)
    for name, own in files:
        try:
            sources.append(Source(name, own, _common_header(own)))
        except UnreadableError as error:
            left_out.append(Skipped(printable(name), str(error)))
    return Found(sources, left_out, looked)


def _common_header(files: tuple[Path, ...]) -> Header:
    """Size and kind of a picture and its target.

    Raises:
        UnreadableError: one of them cannot be read, or they differ in size.
    """
    first, *others = [read_header(file) for file in files]
    for other in others:
        if other[:2] != first[:2]:
            raise UnreadableError(
                f"{first.height}x{first.width} (height x width), and its target is {other.height}x{other.width}: "
                "they must fit point by point"
            )
    return Header(first.height, first.width, all(header.grey for header in (first, *others)))


def _by_name(files: Sequence[Path], folder: Path) -> dict[Path, Path]:
    names = dict[Path, Path]()
    for file in files:
        name = file.with_suffix("")
        if name in names:
            raise DataError(f"{folder} holds both {names[name]} and {file}: a picture must have one partner")
        names[name] = file
    return names
