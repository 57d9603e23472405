"""Which pictures are good, which are to be inspected, and where the masks of known defects are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.data.images.formats import suffixes
from autoencode.data.images.scan import scan_pictures
from autoencode.errors import DataError
from autoencode.runs.output_paths import find_input_pictures

_GOOD, _TRAIN, _TEST, _TRUTH = "good", "train", "test", "ground_truth"


@dataclass(frozen=True)
class Inspected:
    """A picture to inspect.

    Args:
        source: the file.
        name: its path inside the folder that was given.
        is_defect: whether something is wrong with it, by the folder that it lies in; None where no folder says it.
        mask: a picture that is black where nothing is wrong; None where there is none.
    """

    source: Path
    name: Path
    is_defect: bool | None = None
    mask: Path | None = None


def good_pictures(folder: Path) -> tuple[list[Path], list[SkippedFile]]:
    """The good pictures of a folder: those in `train/good`, in `good`, or all.

        folder/train/good/*.png                     good ones
        folder/test/good/*.png                      good ones, for `inspected_pictures`
        folder/test/scratch/000.png                 a defect, and
        folder/ground_truth/scratch/000_mask.png    where it is

    Args:
        folder: with or without such folders in it.

    Raises:
        DataError: no folder, folders of defects without one of good ones, or no pictures.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder: give one of good pictures")
    places = (folder / _TRAIN / _GOOD, folder / _TRAIN, folder / _GOOD)
    place = next((one for one in places if one.is_dir()), folder)
    found = scan_pictures(place)
    parts = {name.parts[0] for name in found.pictures if len(name.parts) > 1}
    if place.name != _GOOD and parts & {_TEST, _TRUTH}:
        others = " and ".join(sorted(parts & {_TEST, _TRUTH}))
        raise DataError(f"{folder} has {others} and no train/good: good pictures are what is learned from")
    if not found.pictures:
        reason = f"; {found.skipped[0].file}: {found.skipped[0].reason}" if found.skipped else ""
        raise DataError(f"there are no pictures in {place}{reason}")
    return [place / name for name in found.pictures], found.skipped


def inspected_pictures(files: Sequence[str | Path], out: Path) -> tuple[list[Inspected], list[SkippedFile]]:
    """The pictures of files and folders; of a folder with `test` in it those in `test`.

    Args:
        files: pictures and folders of pictures.
        out: the folder for the results, which is not inspected.

    Raises:
        ArgumentError: `out` is a file.
    """
    found, skipped = list[Inspected](), list[SkippedFile]()
    for given in map(Path, files):
        root = given / _TEST if (given / _TEST).is_dir() else given
        truth = root.parent / _TRUTH if root.name == _TEST else root / _TRUTH
        some, others = find_input_pictures([root], out, suffixes())
        skipped += others
        is_labelled = truth.is_dir() or (root / _GOOD).is_dir()
        for source, name in some:
            if truth not in source.parents:
                found.append(_inspected(source, name, truth, is_labelled=is_labelled and len(name.parts) > 1))
    return found, skipped


def _inspected(source: Path, name: Path, truth: Path, *, is_labelled: bool) -> Inspected:
    is_defect = name.parts[0] != _GOOD if is_labelled else None
    stems = (f"{name.stem}_mask", name.stem)
    masks = (truth / name.parent / f"{stem}{ending}" for stem in stems for ending in (name.suffix, ".png", ".bmp"))
    mask = next((one for one in masks if one.is_file() and not one.is_symlink()), None) if is_defect else None
    return Inspected(source, name, is_defect, mask)
