"""`AnomalyDetector`: defects in pictures, as an estimator of scikit-learn."""

from numbers import Integral
from typing import no_type_check

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float64, Int64, UInt8
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from autoencode.detection.anomaly_map import picture_score
from autoencode.detection.picture_detector import PictureDetector
from autoencode.errors import ArgumentError, ShapeError
from autoencode.runtime.reporter import Reporter

_MOST_CHANNELS = 3


class AnomalyDetector(OutlierMixin, BaseEstimator):
    """Finds defects in pictures after it has learned good ones: where they are, and how unusual a picture is.

    A small network learns to find defects that are painted on the good pictures. Pictures of another size than those it
    learned from are scored as well; a score depends on the picture alone.

    Args:
        false_alarms: the share of good pictures that may be called anomalies, above 0 and up to 0.5. It moves `offset_`
            alone, and may be set again after the fit.
        steps: of the training, about 85 ms each on one core.
        random_state: an int gives the same scores every time.

    Attributes:
        offset_: the threshold; `decision_function` is `score_samples` minus it.
        detector_: the fitted `PictureDetector`.
        n_channels_in_: 1 or 3.

    Example:
        >>> good = np.random.default_rng(0).integers(100, 130, (12, 32, 32)).astype(np.uint8)
        >>> detector = AnomalyDetector(steps=2).fit(good)
        >>> detector.anomaly_map(good[:2]).shape, detector.predict(good[:2]).shape
        ((2, 32, 32), (2,))
    """

    @no_type_check  # scikit-learn sets any values, which `fit` checks
    def __init__(
        self,
        false_alarms: float = 0.01,
        *,
        steps: int = 500,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.false_alarms = false_alarms
        self.steps = steps
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> "AnomalyDetector":  # noqa: N803
        """Learns from good pictures.

        Args:
            X: (n, height, width) or (n, height, width, channels) with 1 or 3 channels: uint8, or floats in [0, 1].
            y: not used; scikit-learn gives it in pipelines.

        Raises:
            ArgumentError: a parameter outside its range.
            DataError: fewer than 8 pictures with a side below 64 pixels.
            ShapeError: no pictures.
        """
        self._check_false_alarms()
        if not isinstance(self.steps, Integral) or self.steps < 1:
            raise ArgumentError(f"steps should be a whole number of at least 1, not {self.steps!r}")
        pictures = _pictures(X)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self.detector_ = PictureDetector.fit(list(pictures), steps=int(self.steps), seed=seed, reporter=Reporter())
        self.n_channels_in_ = pictures.shape[1]
        return self

    @property
    def offset_(self) -> float:
        """The threshold on `score_samples`: so large a share of good pictures is below it."""
        check_is_fitted(self)
        self._check_false_alarms()
        return -self.detector_.alarms.threshold(float(self.false_alarms))

    def score_samples(self, X: npt.ArrayLike) -> Float64[np.ndarray, " n"]:  # noqa: N803
        """Minus the anomaly score, in nats: the lower, the more unusual.

        Args:
            X: (n, height, width[, channels]); the size may be another than at the fit.
        """
        return np.array([-picture_score(one) for one in self._maps(X)], dtype=np.float64)

    def decision_function(self, X: npt.ArrayLike) -> Float64[np.ndarray, " n"]:  # noqa: N803
        """`score_samples` minus `offset_`; below 0 for anomalies.

        Args:
            X: (n, height, width[, channels]).
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: npt.ArrayLike) -> Int64[np.ndarray, " n"]:  # noqa: N803
        """1 for good pictures, −1 for anomalies.

        Args:
            X: (n, height, width[, channels]).
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def p_values(self, X: npt.ArrayLike) -> Float64[np.ndarray, " n"]:  # noqa: N803
        """The share of good pictures that are as unusual.

        Args:
            X: (n, height, width[, channels]).
        """
        return self.detector_.alarms.p_values(-self.score_samples(X))

    def anomaly_map(self, X: npt.ArrayLike) -> Float64[np.ndarray, "n height width"]:  # noqa: N803
        """The log-odds of a defect at each pixel, in nats; higher is more unusual.

        Args:
            X: (n, height, width[, channels]).
        """
        return np.stack([one.double().numpy() for one in self._maps(X)])

    def _maps(self, X: npt.ArrayLike) -> list[Tensor]:  # noqa: N803
        check_is_fitted(self)
        pictures = _pictures(X)
        if pictures.shape[1] != self.n_channels_in_:
            raise ShapeError(
                f"X has {pictures.shape[1]} channels, but AnomalyDetector was fitted to {self.n_channels_in_}"
            )
        return [self.detector_.map(picture) for picture in pictures]

    def _check_false_alarms(self) -> None:
        if isinstance(self.false_alarms, str) or not 0 < self.false_alarms <= 0.5:
            raise ArgumentError(f"false_alarms should be above 0 and at most 0.5, not {self.false_alarms!r}")


def _pictures(X: npt.ArrayLike) -> UInt8[Tensor, "n channels height width"]:  # noqa: N803
    """Pictures as bytes, channels first.

    Raises:
        ArgumentError: numbers that are no brightness.
        ShapeError: no pictures, or of other channels than 1 or 3.
    """
    x = np.asarray(X)
    if x.ndim == 3:
        x = x[..., None]
    if x.ndim != 4 or x.shape[3] not in (1, _MOST_CHANNELS) or 0 in x.shape:
        raise ShapeError(
            f"pictures are (n, height, width) or (n, height, width, 1 or 3), at least one, not {np.shape(X)}"
        )
    if x.dtype != np.uint8:
        x = _as_bytes(x)
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))


def _as_bytes(x: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if x.dtype.kind not in "fiub":
        raise ArgumentError(f"pictures are uint8, or floats in [0, 1], not {x.dtype}")
    values = x.astype(np.float64)
    if not np.isfinite(values).all():
        raise ArgumentError("X contains NaN or infinity, which is no brightness")
    top = 1 if x.dtype.kind in "fb" else 255
    if values.min() < 0 or values.max() > top:
        raise ArgumentError(
            f"{x.dtype} pictures have brightness from 0 to {top}, not {values.min():g} to {values.max():g}: divide them"
        )
    return np.rint(values * (255 / top)).astype(np.uint8)
