"""Dirty scans and the clean pages behind them."""

from collections.abc import Callable
from pathlib import Path

import torch

from autoencode.data.examples import Examples
from autoencode.data.images.picture_files import PictureFile, list_pairs
from autoencode.data.images.picture_loader import load_patches
from autoencode.data.published.cache import DATA_VARIABLE, Fetch, cache_folder, search_folders
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange
from autoencode.errors import DownloadError

_HOME = "https://archive.ics.uci.edu/dataset/318/noisyoffice"
_NAME, _PATCH = "documents", 96
_TEXTS, _OF_ONE_TYPEFACE = 3, 12
_HELD_TEXT, _HELD_TYPEFACES = 2, 3
DIRTS = ("coffee", "fold", "footprint", "wrinkle")


def text_of(page: int) -> int:
    """Which of the texts a page shows, from the number in its file's name."""
    return (page - 1) % _TEXTS


def typeface_of(page: int) -> int:
    """Which typeface a page is set in."""
    return (page - 1) // _OF_ONE_TYPEFACE


def page_files(name: str) -> tuple[Path, Path]:
    """The files of a dirty page and of the clean one behind it, from the name of the former, such as 2.png."""
    folder = _folder()
    return folder / "train" / name, folder / "train_cleaned" / name


def dirt_of(page: int) -> int:
    """Which of `DIRTS` lies on a page."""
    return (page - 1) // _TEXTS % len(DIRTS)


@dataset(
    "documents",
    about="120 dirty scans with clean targets, in patches of 96x96; a text held out",
    home=_HOME,
    licence="none stated",
    data_shape=(1, _PATCH, _PATCH),
)
def documents(fetch: Fetch) -> Examples:
    """Pages of one text to learn from; those of the other are the test part.

    The same clean page stands behind four dirty ones and each text comes in every typeface, so that a random split
    would show the model the very pages that it is tested on. The wrinkles are the same in both texts.
    """
    return _read(lambda page: text_of(page) == _HELD_TEXT, "the test part is another text")


@dataset(
    "documents-typefaces",
    about="the same pages; three typefaces held out",
    home=_HOME,
    licence="none stated",
    data_shape=(1, _PATCH, _PATCH),
    folder="documents",
)
def documents_typefaces(fetch: Fetch) -> Examples:
    """Three typefaces are the test part. Their texts and their dirt are in the training part, too."""
    last = sorted({typeface_of(page) for page in _pages()})[-_HELD_TYPEFACES:]
    return _read(lambda page: typeface_of(page) in last, "the test part is three other typefaces")


def _read(held: Callable[[int], bool], note: str) -> Examples:
    """The patches, those held out last; all pages of a text in one typeface stay together in validation, too."""
    pages = _pages()
    ordered = sorted(pages, key=lambda page: (held(page), page))
    decoded = load_patches([pages[page] for page in ordered], _PATCH, 1, _NAME)
    x, target = (torch.from_numpy(stack) for stack in decoded.stacks)
    kinds = [(held(page), typeface_of(page)) for page in (int(name.stem) for name in decoded.names)]
    order = list(dict.fromkeys(kinds))
    return Examples(
        x=x,
        target=target,
        groups=torch.tensor([order.index(kind) for kind in kinds]),
        values=ValueRange.BYTES,
        official=OfficialSplit(test=sum(is_held for is_held, _ in order)),
        notes=(f"{len(x):,} patches of {_PATCH}x{_PATCH} from {len(ordered)} pages", note),
        files=tuple(str(path) for path in decoded.names),
    )


def _pages() -> dict[int, PictureFile]:
    """The pages by their numbers.

    Raises:
        DownloadError: they are not on this machine.
    """
    folder = _folder()
    found = list_pairs(folder / "train", folder / "train_cleaned")
    return {int(source.name.stem): source for source in found.sources if source.name.stem.isdigit()}


def _folder() -> Path:
    for folder in search_folders(_NAME):
        if (folder / "train").is_dir() and (folder / "train_cleaned").is_dir():
            return folder
    raise DownloadError(
        f"{_NAME} cannot be downloaded by itself: put the folders train/ and train_cleaned/ of the competition "
        f"'denoising-dirty-documents' (from {_HOME}) into {cache_folder(_NAME)}, or into {_NAME}/ in the folder of "
        f"{DATA_VARIABLE}"
    )
