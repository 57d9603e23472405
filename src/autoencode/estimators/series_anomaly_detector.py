"""`SeriesAnomalyDetector`: unusual steps and stretches of series, as an estimator of scikit-learn."""

from collections.abc import Sequence
from numbers import Integral
from typing import no_type_check

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64, Int64, Shaped
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from autoencode.data.tables.columns import Frame
from autoencode.data.tables.series import as_series
from autoencode.detection.segments import Segment, segments
from autoencode.detection.series_detector import SeriesDetector
from autoencode.errors import ArgumentError, DataError, ShapeError
from autoencode.runtime.reporter import Reporter

Given = npt.ArrayLike | Frame


class SeriesAnomalyDetector(OutlierMixin, BaseEstimator):
    """Finds unusual steps of series: a network fills gaps from both sides, and what it did not expect is unusual.

    It learns from series that may hold anomalies, without labels. X is (steps, channels) or (n, steps, channels), in
    the order of time; NaN is a missing number. The score of a step depends on its neighbours in time, so that X may
    not be shuffled.

    Args:
        contamination: the share of unusual steps, above 0 and up to 0.5, or "auto": the share in the tail of the
            scores. It moves `offset_` alone, and may be set again after the fit.
        steps: of the training, about 25 ms each on one core.
        random_state: an int gives the same scores every time.

    Attributes:
        offset_: the threshold; `decision_function` is `score_samples` minus it.
        detector_: the fitted `SeriesDetector`.
        n_features_in_: how many channels there were.

    Example:
        >>> t = np.arange(600)
        >>> X = np.stack([np.sin(t / 5), np.cos(t / 5)], 1)
        >>> X[300:310] = 0
        >>> detector = SeriesAnomalyDetector(contamination=0.02, steps=60).fit(X)
        >>> bool(280 < detector.segments(X)[0].peak < 330)
        True
    """

    @no_type_check  # scikit-learn sets any values, which `fit` checks
    def __init__(
        self,
        contamination: float | str = "auto",
        *,
        steps: int = 400,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.contamination = contamination
        self.steps = steps
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        """Numbers may be missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        return tags

    def fit(self, X: Given, y: object = None) -> "SeriesAnomalyDetector":  # noqa: N803
        """Learns what ordinary series are.

        Args:
            X: (steps, channels) or (n, steps, channels).
            y: not used; scikit-learn gives it in pipelines.

        Raises:
            ArgumentError: a parameter outside its range.
            DataError: fewer than 128 steps, or infinity.
            ShapeError: an array of another shape.
        """
        self._check_contamination()
        if not isinstance(self.steps, Integral) or self.steps < 1:
            raise ArgumentError(f"steps should be a whole number of at least 1, not {self.steps!r}")
        series, _ = _series(X)
        self.n_features_in_ = series[0].shape[1]
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        names = [f"channel {i + 1}" for i in range(self.n_features_in_)]
        self.detector_ = SeriesDetector.fit(series, names, steps=int(self.steps), seed=seed, reporter=Reporter())
        return self

    @property
    def offset_(self) -> float:
        """The threshold on `score_samples`: so large a share of the training steps is below it."""
        check_is_fitted(self)
        self._check_contamination()
        share = None if self.contamination == "auto" else float(self.contamination)
        return -self.detector_.threshold(share)

    def score_samples(self, X: Given) -> Float64[np.ndarray, "*steps"]:  # noqa: N803
        """Minus the score of each step, in nats: the lower, the more unusual. Nothing is sampled.

        Args:
            X: (steps, channels) or (n, steps, channels).

        Returns:
            (steps,) or (n, steps).
        """
        check_is_fitted(self)
        series, shape = _series(X)
        if series[0].shape[1] != self.n_features_in_:
            raise ShapeError(
                f"X has {series[0].shape[1]} features, but SeriesAnomalyDetector is expecting {self.n_features_in_} "
                "features as input"
            )
        return -np.stack([self.detector_.score(one).scores for one in series]).reshape(shape)

    def decision_function(self, X: Given) -> Float64[np.ndarray, "*steps"]:  # noqa: N803
        """`score_samples` minus `offset_`; below 0 for unusual steps.

        Args:
            X: (steps, channels) or (n, steps, channels).
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: Given) -> Int64[np.ndarray, "*steps"]:  # noqa: N803
        """1 for ordinary steps, −1 for unusual ones.

        Args:
            X: (steps, channels) or (n, steps, channels).
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def segments(self, X: Given) -> list[Segment]:  # noqa: N803
        """The unusual stretches of one series, the worst first.

        Args:
            X: (steps, channels).

        Raises:
            ShapeError: several series.
        """
        scores = -self.score_samples(X)
        if scores.ndim != 1:
            raise ShapeError(f"segments are of one series, (steps, channels), not of {len(scores)}: call it for each")
        return sorted(segments(scores, -self.offset_), key=lambda one: -one.score)

    def _check_contamination(self) -> None:
        value = self.contamination
        if not (value == "auto" if isinstance(value, str) else 0 < value <= 0.5):
            raise ArgumentError(f"contamination should be 'auto', or above 0 and at most 0.5, not {value!r}")


def _series(X: Given) -> tuple[Sequence[Float64[np.ndarray, "_steps channels"]], tuple[int, ...]]:  # noqa: N803
    """Each series, and the shape of what has a number for each step."""
    x: Shaped[np.ndarray, ...] = np.asarray(X)
    if x.ndim not in (2, 3):
        raise ShapeError(f"X should be (steps, channels) or (n, steps, channels), not {x.shape}")
    series = as_series(x)
    if any(np.isinf(one).any() for one in series):
        raise DataError("X contains infinity: leave such a number out as NaN")
    return series, x.shape[:-1]
