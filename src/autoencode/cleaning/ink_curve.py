"""How dark ink becomes on old or grey paper."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoencode.cleaning.network import Float
from autoencode.cleaning.text_scale import otsu_threshold

_PIVOT, _SLOPE = 0.5, 1.6
"""What is darker than the first number becomes darker still, the second number times as fast."""
_FAINT, _VERY_FAINT = 0.75, 0.6
"""Darkness of the darkest ink from which it counts as faint, and as wholly faint."""
_WIDE = 0.5
"""The scale to the network's size below which strokes count as wide."""
_DARKEST = 85
"""The percentile of the darkness of ink that stands for its darkest."""
_NO_INK = 0.1
_OUTWARDS = 0.1
"""By this share the threshold of wholly faint ink is lower: such strokes fade out."""


@dataclass(frozen=True)
class InkCurve:
    """Makes ink darker and its halo paler, and leaves the edge between them where it is.

    Below the threshold between halo and ink darkness is squared (in units of the threshold). Above it there are two
    curves. Of narrow strokes, whose grey values are their shape, only what is dark already becomes darker. Of wide or
    faint strokes darkness rises from half the threshold to black at one and a half: the threshold becomes one half, so
    that a threshold that is set later finds the same edge.

    Args:
        threshold: darkness, 0 for white and 1 for black, half-way between paper and ink.
        contrast: the share of the second curve.
    """

    threshold: float
    contrast: float

    def __call__(self, darkness: Float) -> Float:
        """Darkness of any shape, to the same."""
        dark = np.maximum(darkness, 0)
        toe = np.where(dark < self.threshold, dark * dark / np.float32(self.threshold), dark)
        narrow = np.maximum(toe, np.minimum(1, _PIVOT + (dark - _PIVOT) * _SLOPE))
        wide = np.maximum(toe, np.clip((dark - self.threshold / 2) / self.threshold, 0, 1))
        return np.asarray((1 - self.contrast) * narrow + self.contrast * wide, np.float32)


def fit_ink_curve(darkness: Float, ink: npt.NDArray[np.bool_], scale: float) -> InkCurve | None:
    """The curve that suits a page; None where there is hardly any ink to be seen.

    Args:
        darkness: of the page divided by its paper, 0 where there is nothing but paper, (height, width).
        ink: where the network sees ink, of the same shape; not nowhere.
        scale: from the page's size to the network's.
    """
    middle = float(np.median(darkness[ink]))
    if middle < _NO_INK:
        return None
    threshold = float(np.clip(max(otsu_threshold(darkness), middle / 2), 0.05, 0.5))
    darkest = float(np.percentile(darkness[ink], _DARKEST))
    faint = float(np.clip((_FAINT - darkest) / (_FAINT - _VERY_FAINT), 0, 1))
    wide = float(np.clip((1 - scale) / (1 - _WIDE), 0, 1))
    return InkCurve(threshold * (1 - _OUTWARDS * faint), max(faint, wide))
