"""A detector for series, as a run folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, final

import numpy as np
from jaxtyping import Float64
from pydantic import Field

from autoencode.detection.detectors import detector_file, register_detector
from autoencode.detection.gap_filler import GAP
from autoencode.detection.series_score import Series, SeriesScore
from autoencode.errors import DataError, RunError
from autoencode.runs.checked import Checked, Name, Number, check
from autoencode.runs.folder import DETECTOR_FILE, RunFolder
from autoencode.runs.tensor_file import load_into, load_tensors, read_header, save_tensors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_QUANTILES, _MOST_COLUMNS = 2_001, 10_000
_FEWEST = 4 * GAP


class _Facts(Checked):
    """What is saved beside the tensors."""

    columns: Annotated[tuple[Name, ...], Field(min_length=1, max_length=_MOST_COLUMNS)]
    quantiles: Annotated[tuple[Number, ...], Field(min_length=_QUANTILES, max_length=_QUANTILES)]
    tail_share: Annotated[Number, Field(gt=0, le=0.5)]


@final
@register_detector("series")
@dataclass(frozen=True, eq=False)
class SeriesDetector:
    """Unusual stretches of series, learned without labels; for `autoencode detect`.

    Args:
        columns: their names.
        score: fitted.
        quantiles: of the scores of the steps that it was fitted to, at even distances from the smallest to the largest.
        tail_share: the share of those steps that is in the tail.
    """

    columns: tuple[str, ...]
    score: SeriesScore
    quantiles: Float64[np.ndarray, " quantiles"]
    tail_share: float

    @classmethod
    def fit(
        cls,
        series: Sequence[Series],
        columns: Sequence[str],
        *,
        steps: int = 400,
        seed: int = 0,
        reporter: Reporter,
        cancel: CancelToken | None = None,
    ) -> "SeriesDetector":
        """Learns what ordinary series are.

        Args:
            series: (steps, columns) each, NaN where a number is missing.
            columns: their names.
            steps: of the training.
            seed: of all that is random.
            reporter: receives progress.
            cancel: checked after each step.

        Raises:
            DataError: fewer than 128 steps, or no number.
        """
        n = sum(map(len, series))
        if n < _FEWEST:
            raise DataError(f"at least {_FEWEST} steps are needed to learn what is ordinary, and there are {n}")
        if all(np.isnan(one).all() for one in series):
            raise DataError("the series hold no number: expected one or more in each column")
        score = SeriesScore.fit(series, steps=steps, seed=seed, reporter=reporter, cancel=cancel)
        quantiles = np.quantile(score.training_scores, np.linspace(0, 1, _QUANTILES))
        return cls(tuple(columns), score, quantiles, score.training_tail_share)

    def threshold(self, contamination: float | None = None) -> float:
        """The score from which on a step is unusual.

        Args:
            contamination: the share of the steps that it was fitted to above it; None for the share in the tail.
        """
        share = self.tail_share if contamination is None else contamination
        return float(np.interp(1 - share, np.linspace(0, 1, _QUANTILES), self.quantiles))

    def save(self, folder: RunFolder) -> None:
        """Writes it into a run folder; JSON and tensors, no pickle."""
        facts = {
            "columns": list(self.columns),
            "quantiles": self.quantiles.tolist(),
            "tail_share": self.tail_share,
        }
        save_tensors(folder.path / DETECTOR_FILE, self.score.state_dict(), facts)

    @classmethod
    def load(cls, path: Path) -> "SeriesDetector":
        """Opens the detector of a run folder.

        Raises:
            RunError: there is none, or its file is damaged.
        """
        file = detector_file(path)
        facts = check(_Facts, read_header(file).read_facts(file), str(file))
        score = SeriesScore(len(facts.columns))
        load_into(score, load_tensors(file)[0], file)
        if not bool((score.deviation > 0).all() and (score.usual > 0).all()):
            raise RunError(f"{file} holds a deviation of 0 or less: copy the run folder again")
        score.eval().requires_grad_(requires_grad=False)
        return cls(facts.columns, score, np.array(facts.quantiles), facts.tail_share)
