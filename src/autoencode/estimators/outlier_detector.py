"""`OutlierDetector`: outliers among the rows of a table, as an estimator of scikit-learn."""

from numbers import Integral
from typing import Any, no_type_check

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64, Int64
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import (
    check_is_fitted,
    validate_data,
)

from autoencode.data.tables.columns import Frame, is_frame
from autoencode.data.tables.survey import survey
from autoencode.detection.explanation import Explanation, explain_rows
from autoencode.detection.outlier_score import OutlierScore
from autoencode.detection.row_encoder import RowEncoder
from autoencode.errors import ArgumentError


class OutlierDetector(OutlierMixin, BaseEstimator):
    """Finds outliers in tables by an ensemble of tiny autoencoders, nearest rows and a Mahalanobis distance.

    It learns from a table that holds outliers, without labels. Numbers, categories (of a pandas.DataFrame) and missing
    cells (NaN) may be mixed. A row's score depends on the row alone, not on the rows beside it.

    Args:
        contamination: the share of outliers, above 0 and up to 0.5, or "auto": the share of rows in the tail, which is
            then in `contamination_`. It moves `offset_` alone, and may be set again after the fit.
        n_models: autoencoders in each of the two fits.
        keep: the share of rows that the second fit learns from.
        steps: of each training.
        random_state: an int gives the same scores every time.

    Attributes:
        offset_: the threshold; `decision_function` is `score_samples` minus it.
        contamination_: the share of outliers by which it is set.
        score_: the fitted `OutlierScore`.
        n_features_in_: how many columns there were.
        feature_names_in_: their names, where X had any.

    References:
        The parts are described in `autoencode.detection`. Trimming and a second fit: Rousseeuw and Van Driessen, "A
        fast algorithm for the minimum covariance determinant estimator", Technometrics 1999.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> X = rng.normal(size=(200, 1)) * [1, 2, -1] + rng.normal(size=(200, 3)) / 10
        >>> X[7, 1] = 9
        >>> detector = OutlierDetector(contamination=0.01).fit(X)
        >>> int(detector.score_samples(X).argmin()), detector.explain(X[7:8]).columns(0, n=1)
        (7, ['column 2'])
    """

    @no_type_check  # scikit-learn sets any values, which `fit` checks
    def __init__(
        self,
        contamination: float | str = "auto",
        *,
        n_models: int = 32,
        keep: float = 0.6,
        steps: int = 150,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.contamination = contamination
        self.n_models = n_models
        self.keep = keep
        self.steps = steps
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        """Cells may be missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: npt.ArrayLike | Frame, y: object = None) -> "OutlierDetector":  # noqa: N803
        """Learns what ordinary rows are.

        Args:
            X: (n_samples, n_features), an array or a pandas.DataFrame, with outliers in it.
            y: not used; scikit-learn gives it in pipelines.

        Raises:
            ArgumentError: a parameter outside its range.
            DataError: text in a column of numbers, or nothing to learn from.
        """
        self._check_parameters()
        x = self._read(X, reset=True)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self.score_ = OutlierScore.fit(
            x, self.encoder_.cell, n_models=self.n_models, keep=self.keep, steps=self.steps, seed=seed
        )
        self.training_scores_ = np.sort(-self.score_.training_scores)
        self.tail_share_ = self.score_.training_tail_share
        return self

    @property
    def contamination_(self) -> float:
        """The share of outliers by which the threshold is set."""
        check_is_fitted(self)
        self._check_contamination()
        return self.tail_share_ if self.contamination == "auto" else float(self.contamination)

    @property
    def offset_(self) -> float:
        """The threshold on `score_samples`: so large a share of the training rows is below it."""
        return float(np.percentile(self.training_scores_, 100 * self.contamination_))

    def score_samples(self, X: npt.ArrayLike | Frame) -> Float64[np.ndarray, " n"]:  # noqa: N803
        """Minus the outlier score, in nats: the lower, the more unusual. Nothing is sampled.

        Args:
            X: (n_samples, n_features).
        """
        check_is_fitted(self)
        return -self.score_(self._read(X, reset=False))

    def decision_function(self, X: npt.ArrayLike | Frame) -> Float64[np.ndarray, " n"]:  # noqa: N803
        """`score_samples` minus `offset_`; below 0 for outliers.

        Args:
            X: (n_samples, n_features).
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: npt.ArrayLike | Frame) -> Int64[np.ndarray, " n"]:  # noqa: N803
        """1 for ordinary rows, −1 for outliers.

        Args:
            X: (n_samples, n_features).
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def explain(self, X: npt.ArrayLike | Frame) -> Explanation:  # noqa: N803
        """Which cells make rows unusual, and what was expected of them; of new rows, too.

        Args:
            X: (n_samples, n_features).
        """
        check_is_fitted(self)
        return explain_rows(self.score_, self.encoder_, self._read(X, reset=False), X)

    def _read(self, X: Any, *, reset: bool) -> Float64[np.ndarray, "n width"]:  # noqa: N803
        """The numbers of rows; checks them as scikit-learn does."""
        if not (self._is_mixed(X) if reset else is_frame(X) and self.mixed_):
            x = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
            x = np.asarray(x, dtype=np.float64)
            if reset:
                _check_rows(len(x))
                names = getattr(self, "feature_names_in_", [f"column {i + 1}" for i in range(x.shape[1])])
                self.mixed_, self.encoder_ = False, RowEncoder.of_names([str(name) for name in names])
            return x
        validate_data(self, X, reset=reset, skip_check_array=True)  # names and number of columns alone
        if reset:
            _check_rows(len(X))
            found = survey(X)
            self.mixed_, self.encoder_, self.left_out_ = True, RowEncoder(found.columns), found.left_out
        return self.encoder_(X)

    @staticmethod
    def _is_mixed(X: Any) -> bool:  # noqa: N803
        """Whether a frame has other columns than numbers."""
        return is_frame(X) and any(kind.kind not in "iufb" for kind in X.dtypes)

    def _check_parameters(self) -> None:
        self._check_contamination()
        for name in ("n_models", "steps"):
            value = getattr(self, name)
            if not isinstance(value, Integral) or value < 1:
                raise ArgumentError(f"{name} should be a whole number of at least 1, not {value!r}")
        if not 0 < self.keep <= 1:
            raise ArgumentError(f"keep should be above 0 and at most 1, not {self.keep!r}")

    def _check_contamination(self) -> None:
        value = self.contamination
        if not (value == "auto" if isinstance(value, str) else 0 < value <= 0.5):
            raise ArgumentError(f"contamination should be 'auto', or above 0 and at most 0.5, not {value!r}")


def _check_rows(n: int) -> None:
    if n < 2:
        raise ArgumentError(f"at least 2 rows are needed to fit, not {n} (n_samples={n})")
