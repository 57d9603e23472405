"""How well maps of anomalies agree with masks: AUROC of pictures and of pixels, AUPRO, F1."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int64
from scipy.ndimage import label
from sklearn.metrics import roc_auc_score

from autoencode.errors import ShapeError

_LOW, _HIGH, _STEPS = -32.0, 32.0, 4096
_MOST_FALSE = 0.3


@dataclass(frozen=True)
class Localisation:
    """What the metrics say; None where labels or masks do not allow it.

    Args:
        image_auroc: the chance that a picture with a defect has a higher score than a good one.
        pixel_auroc: the same of pixels.
        aupro: the mean share of each defect that is found, over thresholds with false alarms at up to 30 % of good
            pixels, divided by 0.3.
        f1: of the pixels above the threshold.
        n_defects: connected areas of the masks.
    """

    image_auroc: float | None = None
    pixel_auroc: float | None = None
    aupro: float | None = None
    f1: float | None = None
    n_defects: int = 0


class LocalisationMeter:
    """Collects pictures one by one; memory grows with the number of defects and not with the pixels.

    Scores of pixels are counted in steps of 1/64 from −32 to 32; what is computed of them is exact for scores so
    rounded.

    Args:
        threshold: from which on a pixel is in the mask that is compared.

    References:
        AUPRO: Bergmann et al., "Uninformed students", CVPR 2020, eq. 6; areas are connected by edges or corners.

    Example:
        >>> meter = LocalisationMeter(threshold=0.0)
        >>> truth = np.eye(4, dtype=bool)
        >>> meter.add(1.0, np.where(truth, 2.0, -2.0), is_defect=True, mask=truth)
        >>> meter.add(-1.0, np.full((4, 4), -2.0), is_defect=False)
        >>> meter.result()
        Localisation(image_auroc=1.0, pixel_auroc=1.0, aupro=1.0, f1=1.0, n_defects=1)
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = int(_step(np.array([threshold]))[0])
        self._scores: list[float] = []
        self._defects: list[bool] = []
        self._good = np.zeros(_STEPS + 1, dtype=np.int64)
        self._areas: list[Int64[np.ndarray, " steps"]] = []

    def add(
        self,
        score: float,
        found: Float[np.ndarray, "height width"],
        *,
        is_defect: bool,
        mask: Bool[np.ndarray, "mask_height mask_width"] | None = None,
    ) -> None:
        """Takes one picture.

        Args:
            score: its own.
            found: those of its pixels.
            is_defect: whether there is something wrong with it.
            mask: where; a defect without one counts for the pictures and not for the pixels.

        Raises:
            ShapeError: the mask has another size.
        """
        if mask is not None and mask.shape != found.shape:
            sizes = [f"{size[1]}x{size[0]}" for size in (mask.shape, found.shape)]
            raise ShapeError(f"the mask has {sizes[0]} pixels, and its picture {sizes[1]}")
        self._scores.append(score)
        self._defects.append(is_defect)
        if is_defect and mask is None:
            return
        steps = _step(found)
        truth = np.zeros(found.shape, dtype=bool) if mask is None else mask
        self._good += _histogram(steps[~truth])
        areas = np.empty(truth.shape, dtype=np.int32)
        label(truth, np.ones((3, 3)), output=areas)
        self._areas += [_histogram(steps[areas == number]) for number in range(1, int(areas.max()) + 1)]

    def result(self) -> Localisation:
        """The metrics of what was taken."""
        both = 0 < sum(self._defects) < len(self._defects)
        image = float(roc_auc_score(self._defects, self._scores)) if both else None
        if not self._areas or not self._good.sum():
            return Localisation(image)
        bad = np.sum(self._areas, axis=0)
        false, true = _share_above(self._good), _share_above(bad)
        found = np.mean([_share_above(area) for area in self._areas], axis=0)
        return Localisation(
            image_auroc=image,
            pixel_auroc=_area(false, true),
            aupro=_area_up_to(false, found, _MOST_FALSE),
            f1=_f1(self._good, bad, self._threshold),
            n_defects=len(self._areas),
        )


def _step(scores: Float[np.ndarray, "*shape"]) -> Int64[np.ndarray, "*shape"]:
    share = (np.asarray(scores, dtype=np.float64) - _LOW) / (_HIGH - _LOW)
    return np.rint(share * _STEPS).clip(0, _STEPS).astype(np.int64)


def _histogram(steps: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " steps"]:
    return np.bincount(steps, minlength=_STEPS + 1)


def _share_above(counts: Int64[np.ndarray, " steps"]) -> Float64[np.ndarray, " thresholds"]:
    """The share at or above each threshold, from above all scores, 0, down to the lowest, 1."""
    return np.concatenate([[0.0], np.cumsum(counts[::-1]) / counts.sum()])


def _area_up_to(x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"], limit: float) -> float:
    """The mean height of a curve between 0 and a limit; x rises."""
    kept = x < limit
    end = np.interp(limit, x, y)
    return _area(np.append(x[kept], limit), np.append(y[kept], end)) / limit


def _area(x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]) -> float:
    """Under a curve, by the trapezoidal rule."""
    return float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2)


def _f1(good: Int64[np.ndarray, " steps"], bad: Int64[np.ndarray, " steps"], threshold: int) -> float:
    hits, false = int(bad[threshold:].sum()), int(good[threshold:].sum())
    return 2 * hits / (hits + false + int(bad.sum()))
