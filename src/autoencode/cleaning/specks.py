"""Single pixels that are black or white by mistake, as bad lines, dust and old copiers leave them."""

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]
_STEP = 90
"""By so much, of 255, a speck is darker or brighter than every pixel around it."""
_FEWEST, _MOST = 5e-4, 0.1
"""The share of pixels from which specks are dirt and not dots of letters, and from which they are a screen of print."""


def without_specks(page: Bytes) -> Bytes:
    """The page with each speck replaced by the median of the eight pixels around it; the page itself if it has few.

    Args:
        page: (height, width) or (height, width, 3), 8 bits.

    References:
        A switching median filter: Sun and Neuvo, "Detail-preserving median based filters in image processing", Pattern
        Recognition Letters 15, 1994.
    """
    grey = np.asarray(Image.fromarray(page).convert("L"))
    around = list(_neighbours(grey))
    low, high = np.minimum.reduce(around), np.maximum.reduce(around)
    darker, brighter = low - np.minimum(grey, low), grey - np.minimum(grey, high)
    specks = (darker > _STEP) | (brighter > _STEP)
    if not _FEWEST < specks.mean() < _MOST:
        return page
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
