"""Single pixels that are black or white by mistake, as bad lines, dust and old copiers leave them."""

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]
_STEP = 90
"""By so much, of 255, a speck is darker or brighter than every pixel around it."""
_FEWEST, _MANY, _MOST = 5e-4, 0.01, 0.1
"""The share of pixels from which specks are dirt and not dots of letters, from which they lie beside each other and
beside letters by chance, and from which they are a screen of print."""


def without_specks(page: Bytes) -> Bytes:
    """The page with each speck replaced by the median of the eight pixels around it; the page itself if it has few.

    Where there are many, a pixel is a speck, too, if one of the eight is as dark or as bright: two specks that touch,
    and a speck at the corner of a letter. It costs the last pixel of lines of one pixel, and is far less than the dirt.

    Args:
        page: (height, width) or (height, width, 3), 8 bits.

    References:
        A switching median filter: Sun and Neuvo, "Detail-preserving median based filters in image processing", Pattern
        Recognition Letters 15, 1994.
    """
    specks = _specks(page, 0)
    share = specks.mean()
    if not _FEWEST < share < _MOST:
        return page
    cleaned = _replaced(page, specks)
    return _replaced(cleaned, _specks(cleaned, 1)) if share > _MANY else cleaned


def _specks(page: Bytes, alike: int) -> npt.NDArray[np.bool_]:
    """The pixels that are darker, or brighter, than all but 0 or 1 of the pixels around them."""
    grey = np.asarray(Image.fromarray(page).convert("L"))
    lowest = second_lowest = np.full_like(grey, 255)
    highest = second_highest = np.zeros_like(grey)
    for near in _neighbours(grey):
        second_lowest = np.minimum(second_lowest, np.maximum(lowest, near))
        second_highest = np.maximum(second_highest, np.minimum(highest, near))
        lowest, highest = np.minimum(lowest, near), np.maximum(highest, near)
    low, high = (second_lowest, second_highest) if alike else (lowest, highest)
    return (low - np.minimum(grey, low) > _STEP) | (grey - np.minimum(grey, high) > _STEP)


def _replaced(page: Bytes, specks: npt.NDArray[np.bool_]) -> Bytes:
    cleaned = page.copy()
    rows, columns = np.nonzero(specks)
    values = np.stack([shifted[rows, columns] for shifted in _neighbours(page)])
    cleaned[rows, columns] = np.median(values, 0).astype(np.uint8)
    return cleaned


def _neighbours(page: Bytes) -> list[Bytes]:
    """The page moved by one pixel to each of the eight sides, with its edges repeated."""
    height, width = page.shape[:2]
    padded = np.pad(page, ((1, 1), (1, 1), *[(0, 0)] * (page.ndim - 2)), mode="edge")
    places = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
    return [padded[y : y + height, x : x + width] for y, x in places]
