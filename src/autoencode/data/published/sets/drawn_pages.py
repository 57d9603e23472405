"""Pages drawn from the typefaces of this computer: text of many sizes, lines, tables, stamps and photographs."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.published.sets.page_drawing import PAGE, draw_page
from autoencode.data.split import OfficialSplit
from autoencode.data.typefaces import FOLDERS, find_typefaces
from autoencode.data.values import ValueRange
from autoencode.errors import DataError

SIDE = 128
_CROPS, _TEST, _SEED = 9_600, 480, 1450


@dataset(
    "drawn-pages",
    about="pages drawn from the typefaces of this computer, 9,600 pieces of 128x128: clean targets for restorers",
    home="made here",
    licence="none needed: generated",
    data_shape=(3, SIDE, SIDE),
)
def drawn_pages(fetch: Fetch) -> Examples:
    """Draws the pages, the same ones each time on the same typefaces; nothing is fetched."""
    typefaces = find_typefaces()
    if not typefaces:
        raise DataError(
            f"no typeface (.ttf, .otf) was found in {', '.join(FOLDERS)}: install some, such as fonts-dejavu"
        )
    crops = _all_crops()
    return Examples(
        x=torch.from_numpy(crops.copy()),
        values=ValueRange.UNIT,
        official=OfficialSplit(test=_TEST, default_validation=_TEST),
        notes=(f"drawn from {len(typefaces)} typefaces of this computer; others give other pages",),
    )


@lru_cache(maxsize=1)
def _all_crops() -> npt.NDArray[np.uint8]:
    random, typefaces = np.random.default_rng(_SEED), find_typefaces()
    per_page = (PAGE // SIDE) ** 2
    crops = np.empty((_CROPS, 3, SIDE, SIDE), np.uint8)
    for number in range(_CROPS // per_page):
        page = np.asarray(draw_page(random, typefaces)).transpose(2, 0, 1)
        cut = page.reshape(3, PAGE // SIDE, SIDE, PAGE // SIDE, SIDE).transpose(1, 3, 0, 2, 4)
        crops[number * per_page : (number + 1) * per_page] = cut.reshape(per_page, 3, SIDE, SIDE)
    return crops[random.permutation(_CROPS)]
