"""Pictures of cells made by a rule, with masks that number the cells."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from autoencode.data.examples import Examples
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.outlines import OBJECT_NAMES
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange

_SIDE, _PICTURES, _TEST, _VALIDATION, _SEED = 64, 600, 100, 50, 2018
_FINE = 2
"""Each pixel is the mean of so many squared: edges of cells are smooth, and their masks are not."""
_FEWEST, _MOST = 3, 9
_SMALLEST, _LARGEST = 5.0, 10.0
"""Half of a cell's shorter and longer diameter, in pixels."""
_NOISE = 0.06
Numbers = npt.NDArray[np.float64]


@dataset(
    "drawn-cells",
    about="pictures of cells made by a rule, 600 of 64x64, with masks that number the cells; some touch",
    home="made here",
    licence="none needed: generated",
    data_shape=(1, _SIDE, _SIDE),
)
def drawn_cells(fetch: Fetch) -> Examples:
    """Makes the pictures and masks, the same ones each time; nothing is fetched."""
    pictures, numbers = _all_cells()
    masks = MaskClasses(OBJECT_NAMES, MaskKind.OBJECTS)
    classes = np.stack([masks.indices(one) for one in numbers])[:, None]
    return Examples(
        x=torch.from_numpy(pictures[:, None].copy()),
        values=ValueRange.BYTES,
        official=OfficialSplit(test=_TEST, default_validation=_VALIDATION),
        notes=("classes of the masks are background, object (a cell) and outline, which separates cells",),
        target=masks.planes(classes),
        masks=masks,
    )


@lru_cache(maxsize=1)
def _all_cells() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    random = np.random.default_rng(_SEED)
    made = [cells(random) for _ in range(_PICTURES)]
    return np.stack([picture for picture, _ in made]), np.stack([numbers for _, numbers in made])


def cells(random: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """One picture and its mask.

    Args:
        random: decides all of it.

    Returns:
        Brightness, (64, 64), and 0 or the number of the cell at each pixel.
    """
    side = _FINE * _SIDE
    y, x = np.mgrid[:side, :side] / _FINE
    light = 0.12 + 0.08 * random.random() * (x + y) / (2 * _SIDE)
    numbers = np.zeros((side, side), np.int32)
    for number in range(1, int(random.integers(_FEWEST, _MOST)) + 1):
        inside = _ellipse(x, y, random) & (numbers == 0)
        numbers[inside] = number
        light = np.where(inside, 0.3 + 0.5 * random.random() + 0.05 * np.sin(x / 2) * np.cos(y / 3), light)
    picture = light.reshape(_SIDE, _FINE, _SIDE, _FINE).mean((1, 3)) + random.normal(0, _NOISE, (_SIDE, _SIDE))
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8), _renumbered(numbers[::_FINE, ::_FINE])


def _ellipse(x: Numbers, y: Numbers, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    centre_x, centre_y = random.uniform(0, _SIDE, 2)
    short, long = sorted(random.uniform(_SMALLEST, _LARGEST, 2))
    angle = random.uniform(0, np.pi)
    along = (x - centre_x) * np.cos(angle) + (y - centre_y) * np.sin(angle)
    across = (y - centre_y) * np.cos(angle) - (x - centre_x) * np.sin(angle)
    return (along / long) ** 2 + (across / short) ** 2 <= 1


def _renumbered(numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The same without gaps, where a cell is hidden by others."""
    return np.unique(numbers, return_inverse=True)[1].reshape(numbers.shape).astype(np.int32)
