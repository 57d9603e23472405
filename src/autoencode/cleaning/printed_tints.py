"""Pale tints that were printed on white paper: land on a map, the head of a table, a coloured box."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from autoencode.cleaning.network import Float

Mask = npt.NDArray[np.bool_]
_WHITE = 0.97
"""The least brightness of white paper."""
_PALE = 0.8
"""The least brightness of a tint, in its brightest channel; what is darker is a shadow."""
_STRONG = 0.4
"""The difference between the brightest and the darkest channel from which a colour is no dirt."""
_BIN = 6 / 255
"""The width of the bins of colours."""
_LEAST = 0.005
"""The share of the page from which a colour can be a tint."""
_VALLEY = 4
"""A tint has so many times the pixels of the colour half-way to white."""
_MOST_TINTS, _COUNTED = 8, 1e6
"""Tints, and about so many pixels are counted."""


def find_printed_tints(page: Float, seen: Mask) -> Mask:
    """Where a pale tint or a strong colour is printed, (height, width); nowhere if the paper is not white.

    Print has one colour, and paper another, with hardly anything between them; stains, shadows and yellowed paper go
    over into white. So a tint is a peak of the histogram of colours that a valley parts from white.

    Args:
        page: (3, height, width) in [0, 1].
        seen: where the network sees no ink.
    """
    step = _step(seen)
    few = page[:, ::step, ::step][:, seen[::step, ::step]]
    if not few.size or float(np.median(few.min(0))) < _WHITE:
        return np.zeros_like(seen)
    lowest, highest = page.min(0), page.max(0)
    strong = seen & (highest - lowest > _STRONG)
    tints = _tints(page, seen, seen & (lowest < _WHITE) & (highest > _PALE))
    return strong | tints


def _tints(page: Float, seen: Mask, pale: Mask) -> Mask:
    """The pale pixels whose colour is a peak."""
    found, least = np.zeros_like(seen), _LEAST * seen.size
    if pale.sum() < least:
        return found
    step = _step(seen)
    bins = np.rint(page / np.float32(_BIN)).astype(np.int16)
    counts, left = (_histogram(bins[:, ::step, ::step], mask[::step, ::step]) for mask in (seen, pale))
    white = np.median(page[:, ::step, ::step][:, seen[::step, ::step]], axis=1) / _BIN
    for _ in range(_MOST_TINTS):
        colour = np.array(np.unravel_index(int(left.argmax()), left.shape))
        near = tuple(slice(max(0, int(middle) - 1), int(middle) + 2) for middle in colour)
        if left[near].sum() < least / step**2:
            break
        if counts[tuple(colour)] > _VALLEY * counts[tuple(np.rint((colour + white) / 2).astype(int))]:
            found |= pale & (np.abs(bins - colour[:, None, None]).max(0) <= 1)
        left[near] = 0
    return _closed(found)


def _step(seen: Mask) -> int:
    """Every how many rows and columns are counted."""
    return max(1, round((seen.size / _COUNTED) ** 0.5))


def _histogram(bins: npt.NDArray[np.int16], where: Mask) -> npt.NDArray[np.int64]:
    """How many pixels have each colour, (red, green, blue)."""
    n = round(1 / _BIN) + 2
    red, green, blue = bins[:, where].astype(np.int64)
    return np.bincount((red * n + green) * n + blue, minlength=n**3).reshape(n, n, n)


def _closed(mask: Mask) -> Mask:
    """The mask without lone pixels and small holes, and two pixels wider: soft edges belong to the tint."""
    image = Image.fromarray(mask).convert("L").filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.MaxFilter(5))
    return np.asarray(image) > 0
