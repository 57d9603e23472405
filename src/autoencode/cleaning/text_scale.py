"""How large the writing on a page is, by the width of its strokes."""

import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.float32]
STROKE = 2.6
"""Pixels of a stroke at the size that the model for scans learned from: running text of 17 to 34 pixels."""
_LEAST, _MOST = 1 / 10, 2.0
_SIDE = 3000
_CONTRAST = 0.2
"""What is less dark against its paper is no ink."""
_FEWEST = 200


def ink_mask(grey: Grey) -> npt.NDArray[np.bool_]:
    """What a classical method takes for ink: darker against its paper than half-way between paper and ink.

    Args:
        grey: (height, width) in [0, 1].

    References:
        Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 9, 1979, on the brightness divided by
        that of the paper nearby.
    """
    ratio = np.minimum(grey / np.maximum(local_paper(grey), 1e-3), 1)
    return ratio < min(otsu_threshold(ratio), 1 - _CONTRAST)


def otsu_threshold(values: Grey) -> float:
    """The threshold between two groups of values in [0, 1] with the largest variance between the groups.

    Args:
        values: of any shape.
    """
    counts, edges = np.histogram(values, 256, (0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    between = np.nan_to_num(between)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(edges[1 + round(best.mean())])  # the middle of a gap without values


def local_paper(grey: Grey) -> Grey:
    """The brightness of the paper around each pixel: the 85th percentile of blocks, smooth between them.

    Args:
        grey: (height, width) in [0, 1].
    """
    height, width = grey.shape
    block = max(8, min(height, width) // 24)
    rows, columns = -(-height // block), -(-width // block)
    padded = np.pad(grey, ((0, rows * block - height), (0, columns * block - width)), mode="edge")
    blocks = padded.reshape(rows, block, columns, block).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    paper = np.percentile(blocks, 85, axis=2).astype(np.float32)
    return np.asarray(Image.fromarray(paper).resize((width, height), Image.Resampling.BILINEAR))


def stroke_width(grey: Grey) -> float | None:
    """The mean width of strokes in pixels, twice the area of the ink by its perimeter; None where there is no ink.

    Each stroke counts by its length, so that a heading does not outvote the text.

    Args:
        grey: (height, width) in [0, 1].
    """
    ink = ink_mask(grey)
    edges = int((ink[1:] != ink[:-1]).sum()) + int((ink[:, 1:] != ink[:, :-1]).sum())
    if edges < _FEWEST:
        return None
    return 2 * int(ink.sum()) / (edges * np.pi / 4)  # a line of any direction crosses 4/π as many edges as it is long


def working_scale(grey: Grey) -> float:
    """The factor by which a page is to be scaled so that its strokes are as wide as those that the model knows.

    Args:
        grey: (height, width) in [0, 1].
    """
    shrink = max(1, round(max(grey.shape) / _SIDE))
    width = stroke_width(np.ascontiguousarray(grey[::shrink, ::shrink]) if shrink > 1 else grey)
    return 1.0 if width is None else float(np.clip(STROKE / (width * shrink), _LEAST, _MOST))
