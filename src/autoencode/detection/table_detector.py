"""A detector for tables, as a run folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, final

import numpy as np
from jaxtyping import Float64
from pydantic import Field

from autoencode.data.tables.columns import CategoryColumn, Column, Columns, Frame, NumberColumn, import_pandas
from autoencode.data.tables.survey import survey
from autoencode.detection.detectors import detector_file, register_detector
from autoencode.detection.outlier_score import OutlierScore
from autoencode.detection.row_encoder import RowEncoder
from autoencode.errors import DataError, RunError
from autoencode.runs.checked import Checked, Count, Name, Number, check
from autoencode.runs.folder import DETECTOR_FILE, RunFolder
from autoencode.runs.tensor_file import load_into, load_tensors, read_header, save_tensors
from autoencode.runtime.reporter import Reporter

_QUANTILES = 2_001
_MOST_COLUMNS, _MOST_MODELS, _MOST_VALUES = 10_000, 1_000, 1_000


class _ColumnFacts(Checked):
    """A column: of numbers, or of categories where it has values."""

    name: Name
    decimals: Annotated[Count, Field(le=15)] | None = None
    values: Annotated[tuple[Name, ...], Field(max_length=_MOST_VALUES)] = ()

    def column(self) -> Column:
        """It as data know it."""
        return CategoryColumn(self.name, self.values) if self.values else NumberColumn(self.name, self.decimals)


class _Facts(Checked):
    """What is saved beside the tensors."""

    columns: Annotated[tuple[_ColumnFacts, ...], Field(min_length=1, max_length=_MOST_COLUMNS)]
    n_models: Annotated[Count, Field(ge=1, le=_MOST_MODELS)]
    quantiles: Annotated[tuple[Number, ...], Field(min_length=_QUANTILES, max_length=_QUANTILES)]
    tail_share: Annotated[Number, Field(gt=0, le=0.5)]


@final
@register_detector("outliers")
@dataclass(frozen=True, eq=False)
class TableDetector:
    """Unusual rows of a table and their cells, learned without labels; for `autoencode detect`.

    Args:
        encoder: of the columns.
        score: fitted.
        quantiles: of the scores of the table that it was fitted to, at even distances from the smallest to the largest.
        tail_share: the share of its rows that are in the tail.
    """

    encoder: RowEncoder
    score: OutlierScore
    quantiles: Float64[np.ndarray, " quantiles"]
    tail_share: float

    @classmethod
    def fit(cls, frame: Frame, *, reporter: Reporter, seed: int = 0, steps: int = 150) -> "TableDetector":
        """Learns what ordinary rows of a table are.

        Args:
            frame: a pandas.DataFrame; its index counts the rows of the file from 0.
            reporter: receives progress, and notes on the columns.
            seed: of all that is random.
            steps: of each training.

        Raises:
            DataError: fewer than two rows, nothing to learn from, or text in a column of numbers.
        """
        if len(frame) < 2:
            raise DataError(f"at least 2 rows are needed to learn what is ordinary, and there is {len(frame)}")
        check_numbers(frame)
        found = survey(frame)
        for note in found.notes:
            reporter.note(note.replace("marked by an indicator and filled with the mean of the column", "not counted"))
        encoder = RowEncoder(found.columns)
        x = encoder(frame)
        score = OutlierScore.fit(x, encoder.cell, steps=steps, seed=seed, reporter=reporter)
        quantiles = np.quantile(score.training_scores, np.linspace(0, 1, _QUANTILES))
        return cls(encoder, score, quantiles, score.training_tail_share)

    def threshold(self, contamination: float | None = None) -> float:
        """The score from which on a row is an outlier.

        Args:
            contamination: the share of the table's rows that are above it; None for the share that is in the tail.
        """
        share = self.tail_share if contamination is None else contamination
        return float(np.interp(1 - share, np.linspace(0, 1, _QUANTILES), self.quantiles))

    def save(self, folder: RunFolder) -> None:
        """Writes it into a run folder; JSON and tensors, no pickle."""
        columns = [_facts_of(column) for column in self.encoder.columns.columns]
        facts = {
            "columns": columns,
            "n_models": len(self.score.second.autoencoders.kept),
            "quantiles": self.quantiles.tolist(),
            "tail_share": self.tail_share,
        }
        save_tensors(folder.path / DETECTOR_FILE, self.score.state_dict(), facts)

    @classmethod
    def load(cls, path: Path) -> "TableDetector":
        """Opens the detector of a run folder.

        Raises:
            RunError: there is none, or its file is damaged.
        """
        file = detector_file(path)
        facts = check(_Facts, read_header(file).read_facts(file), str(file))
        encoder = RowEncoder(Columns(tuple(column.column() for column in facts.columns)))
        score = OutlierScore(len(encoder.cell), facts.n_models).double()
        load_into(score, load_tensors(file)[0], file)
        if not np.array_equal(score.scale.cell.numpy(), encoder.cell):
            raise RunError(f"{file} holds the score of a table with other columns: copy the run folder again")
        return cls(encoder, score.requires_grad_(requires_grad=False), np.array(facts.quantiles), facts.tail_share)


def _facts_of(column: Column) -> dict[str, Any]:
    if isinstance(column, CategoryColumn):
        return {"name": column.name, "values": list(column.values)}
    return {"name": column.name, "decimals": column.decimals if isinstance(column, NumberColumn) else None}


def check_numbers(frame: Frame, mostly: float = 0.9) -> None:
    """Raises where a column that is mostly numbers holds text; the row is named by the index, counted from 1.

    Args:
        frame: a pandas.DataFrame.
        mostly: the share of numbers from which on text is a mistake.

    Raises:
        DataError: it names the column, the row and the text.
    """
    for name in frame.columns[[kind.kind not in "iufbcMm" for kind in frame.dtypes]]:
        there = frame[name].dropna()
        wrong = import_pandas().to_numeric(there, errors="coerce").isna()
        if len(there) and wrong.any() and 1 - wrong.mean() >= mostly:
            place = int(wrong.to_numpy().argmax())
            row, text = int(there.index[place]) + 1, str(there.iloc[place])[:40]
            raise DataError(
                f"column '{name}' holds numbers, and row {row:,} has {text!r}: correct it, or leave the cell empty"
            )
