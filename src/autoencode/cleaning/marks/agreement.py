"""Where the gradients of many pictures agree: what they share, and not what they show."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

_BAND_VALUES = 2**22
_STRONG, _WEAK = 6.5, 2.8
"""Standard errors of the median gradient from which an edge is there, and from which it goes on."""
_STRONG_STEP, _WEAK_STEP = 0.01, 0.004
"""The least steps of brightness of such edges; white is 1."""
_NOISE = 0.012
"""The least standard deviation of gradients: that of rounding and JPEG."""
_FEWEST = 30
_MEDIAN_ERROR = 1.2533
"""The standard error of a median, in that of a mean, of normal numbers; and below: their standard deviation, in the
median of absolute deviations."""
_OF_DEVIATION = 1.4826


@dataclass(frozen=True, eq=False)
class Agreement:
    """What gradients of pictures have in common.

    Args:
        across: the median difference to the next column, (height, width, 3), white is 1.
        down: the same to the next row.
        edges: pixels where they are larger than chance makes them, (height, width).
    """

    across: Floats
    down: Floats
    edges: Mask


def agreement(pictures: Bytes) -> Agreement | None:
    """The median gradients of pictures, and where they are no chance; None where that is nowhere.

    Args:
        pictures: (n, height, width, 3).

    References:
        Dekel, Rubinstein, Liu and Freeman, "On the effectiveness of visible watermarks", CVPR 2017, section 3.1: the
        median over pictures of the gradients of a picture under a mark is the gradient of the mark.
    """
    n, height, width, _ = pictures.shape
    across, down = (np.zeros((height, width, 3), np.float32) for _ in range(2))
    evidence = np.zeros((height, width), np.float32)
    for rows in _bands(pictures):
        below = min(height, rows.stop + 1)
        band = pictures[:, rows.start : below].astype(np.float32) / 255
        own = rows.stop - rows.start
        across[rows, :-1], first = _median(band[:, :own, 1:] - band[:, :own, :-1], n)
        down[rows.start : below - 1], second = _median(band[:, 1:] - band[:, :-1], n)
        evidence[rows, :-1] += first**2
        evidence[rows.start : below - 1] += second**2
    step = np.sqrt(np.square(across).sum(-1) + np.square(down).sum(-1))
    evidence = np.sqrt(evidence)
    strong = (evidence > _STRONG) & (step > _STRONG_STEP)
    strong &= _neighbours(strong) >= 3  # an edge is no single pixel
    edges = connected(strong, (evidence > _WEAK) & (step > _WEAK_STEP))
    return Agreement(across, down, edges) if edges.sum() >= _FEWEST else None


def _bands(pictures: Bytes) -> Iterator[slice]:
    n, height, width, _ = pictures.shape
    rows = max(1, _BAND_VALUES // (n * width * 3))
    for start in range(0, height, rows):
        yield slice(start, min(height, start + rows))


def _median(differences: Floats, n: int) -> tuple[Floats, Floats]:
    """Medians over pictures, and how many standard errors they are from 0, of the channel where that is most."""
    middle = np.median(differences, axis=0)
    spread = _OF_DEVIATION * np.median(np.abs(differences - middle), axis=0)
    error = np.maximum(_MEDIAN_ERROR * spread, _NOISE) / np.sqrt(n)
    return middle, (np.abs(middle) / error).max(-1)


def grown(mask: Mask, times: int = 1) -> Mask:
    """The mask and the eight pixels around each of its pixels, some times."""
    for _ in range(times):
        mask = _neighbours(mask) > 0
    return mask


def connected(seeds: Mask, mask: Mask) -> Mask:
    """The seeds, and those pixels of a mask that a path through the mask leads to."""
    found = seeds.copy()
    while True:
        more = found | (grown(found) & mask)
        if (more == found).all():
            return found
        found = more


def _neighbours(mask: Mask) -> npt.NDArray[np.uint8]:
    """How many of a pixel and the eight around it are in the mask."""
    padded = np.pad(mask.astype(np.uint8), 1)
    height, width = mask.shape
    total = np.zeros((height, width), np.uint8)
    for y in range(3):
        for x in range(3):
            total += padded[y : y + height, x : x + width]
    return total
