"""PSNR, RMSE and flicker of a clip against a clean one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from jaxtyping import UInt8

from autoencode.errors import ArgumentError, ShapeError

Picture = UInt8[np.ndarray, "_channels _height _width"]


@dataclass(frozen=True)
class ClipQuality:
    """The quality of a clip.

    Args:
        psnr: 10 log₁₀ (255² / mean squared error) of a frame, in dB, the mean over frames.
        rmse: the root of the mean squared error over all values of all frames, with white as 1.
        flicker: how much the error changes from one frame to the next, see `ClipMetric`; NaN for a single frame.
        frames: number of frames compared.
    """

    psnr: float
    rmse: float
    flicker: float
    frames: int


class ClipMetric:
    """Measures a clip frame by frame, with one frame in memory.

    Flicker is the root mean square, over all values and all times t, of

        (r[t+1] − r[t]) − (c[t+1] − c[t]),          where r is the clip, c the clean clip, and white is 1:

    zero if the clip changes as the clean one does, even with a constant error, and √2 times the RMSE if the error is
    independent in every frame.

    Example:
        >>> meter = ClipMetric()
        >>> for error in (51, 51, 0):
        ...     meter.add(np.zeros((1, 4, 4), np.uint8), np.full((1, 4, 4), error, np.uint8))
        >>> print(f"{meter.result().rmse:.3f} {meter.result().flicker:.3f}")
        0.163 0.141
    """

    def __init__(self) -> None:
        self._squares, self._changes, self._psnr = 0.0, 0.0, 0.0
        self._frames, self._last = 0, np.zeros(0)

    def add(self, clean: Picture, picture: Picture) -> None:
        """Adds the next frame; a grey frame is compared with a colour one as three equal channels.

        Raises:
            ShapeError: the two differ in size, or from the frames before them.
        """
        if clean.shape[1:] != picture.shape[1:] or self._last.shape[1:] not in ((), clean.shape[1:]):
            raise ShapeError(f"frames to compare must have one size, not {picture.shape[1:]} and {clean.shape[1:]}")
        error = (picture.astype(np.float32) - clean) / 255
        square = float(np.square(error, dtype=np.float64).mean())
        if self._frames:
            self._changes += float(np.square(error - self._last, dtype=np.float64).mean())
        self._squares, self._frames, self._last = self._squares + square, self._frames + 1, error
        self._psnr += -10 * math.log10(square) if square > 0 else math.inf

    def result(self) -> ClipQuality:
        """The quality of the frames so far.

        Raises:
            ArgumentError: there are no frames.
        """
        n = self._frames
        if not n:
            raise ArgumentError("clip quality needs at least one frame")
        flicker = math.sqrt(self._changes / (n - 1)) if n > 1 else math.nan
        return ClipQuality(self._psnr / n, math.sqrt(self._squares / n), flicker, n)


def clip_quality(clean: Iterable[Picture], clip: Iterable[Picture]) -> ClipQuality:
    """Measures a whole clip against the clean one, frame by frame in order.

    Args:
        clean: frames of (channels, height, width).
        clip: as many of the same size.

    Raises:
        ArgumentError: no frames, or not as many of each.
        ShapeError: they differ in size.
    """
    meter = ClipMetric()
    for one, other in zip_longest(clean, clip):
        if one is None or other is None:
            raise ArgumentError("the clip and the clean clip must have equally many frames")
        meter.add(one, other)
    return meter.result()
