"""PSNR, SSIM and RMSE of pictures against clean ones."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8

from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.evaluation.estimate import Estimate

_WINDOW = 11
"""Pixels of the window of SSIM: a Gaussian with σ = 1.5 pixels, truncated at 3.5 σ."""
_CHUNK_VALUES = 2**20

Picture = UInt8[np.ndarray, "_channels _height _width"]


@dataclass(frozen=True)
class PictureQuality:
    """The quality of one picture.

    Args:
        psnr: 10 log₁₀ (255² / mean squared error), in dB; infinite for equal pictures.
        ssim: mean structural similarity, 1 for equal pictures; NaN if a side has fewer than 11 pixels.
        rmse: root mean squared error over all values, with white as 1.
    """

    psnr: float
    ssim: float
    rmse: float


@dataclass(frozen=True)
class Quality:
    """Means over pictures; `Estimate.interval` is the 95 % confidence interval.

    Args:
        psnr: in dB.
        ssim: of pictures of at least 11 pixels a side; None if there are none.
        rmse: with white as 1.
    """

    psnr: Estimate
    ssim: Estimate | None
    rmse: Estimate

    @classmethod
    def of(cls, pictures: Sequence[PictureQuality]) -> "Quality":
        """The means over at least one picture."""
        ssim = [picture.ssim for picture in pictures if not math.isnan(picture.ssim)]
        return cls(
            _mean([picture.psnr for picture in pictures]),
            _mean(ssim) if ssim else None,
            _mean([picture.rmse for picture in pictures]),
        )


@dataclass(frozen=True)
class RestorationQuality:
    """The quality before and after a restoration.

    Args:
        degraded: quality of the pictures before.
        restored: quality after.
        change: restored minus degraded, picture by picture. Its interval is narrower than the other two suggest, as
            both depend on how difficult a picture is.
    """

    degraded: Quality
    restored: Quality
    change: Quality

    @classmethod
    def of(cls, degraded: Sequence[PictureQuality], restored: Sequence[PictureQuality]) -> "RestorationQuality":
        """From the quality of each picture before and after, in the same order."""
        change = [_difference(after, before) for before, after in zip(degraded, restored, strict=True)]
        return cls(Quality.of(degraded), Quality.of(restored), Quality.of(change))


def measure_restoration(
    clean: Sequence[Picture], degraded: Sequence[Picture], restored: Sequence[Picture]
) -> RestorationQuality:
    """Measures pictures before and after a restoration against clean ones.

    Args:
        clean: the targets; of any sizes.
        degraded: the pictures before.
        restored: the pictures after.

    Returns:
        Means over pictures, with 95 % confidence intervals.

    Raises:
        ArgumentError: there are no pictures, or not equally many of each.
        ShapeError: two corresponding pictures differ in size.
        CapabilityError: scikit-image is not installed.

    Example:
        >>> clean = [np.full((1, 16, 16), value, np.uint8) for value in (0, 100, 200)]
        >>> noisy = [picture + np.uint8(51) for picture in clean]
        >>> measured = measure_restoration(clean, noisy, clean)
        >>> print(f"{measured.degraded.rmse.value:.3f}, {measured.restored.rmse.value:.3f}")
        0.200, 0.000
    """
    if not len(clean) == len(degraded) == len(restored) > 0:
        raise ArgumentError(
            f"clean, degraded and restored pictures must be equally many, not {len(clean)}, {len(degraded)} and "
            f"{len(restored)}"
        )
    before = [picture_quality(*pair) for pair in zip(clean, degraded, strict=True)]
    return RestorationQuality.of(before, [picture_quality(*pair) for pair in zip(clean, restored, strict=True)])


def picture_quality(clean: Picture, picture: Picture) -> PictureQuality:
    """Measures one picture against the clean one; grey is compared with colour as three equal channels.

    Large pictures are measured in strips, so that memory does not grow with their size.

    Raises:
        ShapeError: they differ in size.
        CapabilityError: scikit-image is not installed.

    References:
        SSIM: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
        similarity", IEEE Transactions on Image Processing 13, 2004, equation 13, with the Gaussian window of 11 × 11
        pixels and the constants given there, computed by scikit-image; the mean over channels and over all positions of
        the window inside the picture.
    """
    rmse = root_mean_squared_error(clean, picture)
    psnr = -20 * math.log10(rmse) if rmse > 0 else math.inf
    return PictureQuality(psnr, _structural_similarity(clean, picture), rmse)


def root_mean_squared_error(clean: Picture, picture: Picture) -> float:
    """The root mean squared error over all values of two pictures of equal size, with white as 1.

    Raises:
        ShapeError: they differ in size.
    """
    one, other = _matched_channels(clean, picture)
    strips = ((one[:, rows], other[:, rows]) for rows in _strips(one.shape, overlap=0))
    total = sum(int(np.square(a.astype(np.int32) - b).sum(dtype=np.int64)) for a, b in strips)
    return math.sqrt(total / one.size) / 255


def require_scikit_image() -> None:
    """Checks that scikit-image is installed.

    Raises:
        CapabilityError: it is not; the message says how to install it.
    """
    _scikit_image()


def _structural_similarity(clean: Picture, picture: Picture) -> float:
    measure = _scikit_image()
    one, other = _matched_channels(clean, picture)
    if min(one.shape[1:]) < _WINDOW:
        return math.nan
    total = 0.0
    for rows in _strips(one.shape, overlap=_WINDOW - 1):
        strip = measure(
            one[:, rows],
            other[:, rows],
            data_range=255,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        total += strip * (rows.stop - rows.start - _WINDOW + 1)
    return float(total / (one.shape[1] - _WINDOW + 1))


def _scikit_image() -> Callable[..., Any]:
    try:
        from skimage.metrics import structural_similarity
    except ImportError as error:
        raise CapabilityError("SSIM needs scikit-image, which is not installed: pip install scikit-image") from error
    return structural_similarity


def _matched_channels(clean: Picture, picture: Picture) -> tuple[Picture, Picture]:
    """Both pictures with equally many channels."""
    if clean.shape[1:] != picture.shape[1:]:
        sizes = " and ".join("x".join(map(str, each.shape[1:])) for each in (clean, picture))
        raise ShapeError(f"pictures to compare must have equal sizes, not {sizes}")
    shape = (max(len(clean), len(picture)), *clean.shape[1:])
    return np.broadcast_to(clean, shape), np.broadcast_to(picture, shape)


def _strips(shape: tuple[int, ...], overlap: int) -> list[slice]:
    """The rows of a picture in strips of about a million values; neighbours share `overlap` rows."""
    channels, height, width = shape
    step = max(1, _CHUNK_VALUES // (channels * width))
    return [slice(start, min(start + step + overlap, height)) for start in range(0, height - overlap, step)]


def _difference(after: PictureQuality, before: PictureQuality) -> PictureQuality:
    psnr = 0.0 if after.psnr == before.psnr else after.psnr - before.psnr  # which may both be infinite
    return PictureQuality(psnr, after.ssim - before.ssim, after.rmse - before.rmse)


def _mean(values: Sequence[float]) -> Estimate:
    return Estimate.of(torch.tensor(values, dtype=torch.float64))
