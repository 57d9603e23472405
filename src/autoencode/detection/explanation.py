"""Which cells make a row unusual, as numbers and as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from autoencode.data.tables.columns import is_frame
from autoencode.detection.outlier_score import OutlierScore
from autoencode.detection.row_encoder import RowEncoder


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why rows are unusual.

    Args:
        names: of the columns.
        scores: the outlier score of each row, in nats, (n,).
        contributions: what each cell adds to the score of its row, 0 or more; a row of them adds up to the score,
            (n, columns).
        low: the 5 % quantile of what the other cells of the row let expect, NaN for categories, (n, columns).
        high: the 95 % quantile.
        cells: what is in each cell, as text.
        expected: what was expected there, as text, such as "31,000 to 52,000".
        as_expected: whether the cell is what was expected there, (n, columns); such a cell can contribute by what it
            makes the others look like.
    """

    names: tuple[str, ...]
    scores: Float64[np.ndarray, " n"]
    contributions: Float64[np.ndarray, "n columns"]
    low: Float64[np.ndarray, "n columns"]
    high: Float64[np.ndarray, "n columns"]
    cells: Sequence[Sequence[str]]
    expected: Sequence[Sequence[str]]
    as_expected: Bool[np.ndarray, "n columns"]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.scores)

    def columns(self, row: int, n: int = 3, least: float = 0.1) -> list[str]:
        """The columns that contribute most to the score of a row, the largest first.

        Args:
            row: its place.
            n: at most so many.
            least: the smallest share of the score; the first column is always named.
        """
        order = np.argsort(-self.contributions[row], kind="stable")[:n]
        total = self.contributions[row].sum()
        return [
            self.names[i] for place, i in enumerate(order) if not place or self.contributions[row, i] >= least * total
        ]

    def sentence(self, row: int, n: int = 3) -> str:
        """The columns that contribute most, with what was expected: "income 120,000, expected 31,000 to 52,000".

        Cells that are as expected are left out.
        """
        places = [self.names.index(name) for name in self.columns(row, n)]
        places = [i for i in places if not self.as_expected[row, i]]
        if not places:
            return "each value is common alone, and rare beside the others"
        return "; ".join(f"{self.names[i]} {self.cells[row][i]}, expected {self.expected[row][i]}" for i in places)


def explain_rows(
    score: OutlierScore, encoder: RowEncoder, x: Float64[np.ndarray, "n width"], given: Any
) -> Explanation:
    """The explanation of rows.

    Args:
        score: fitted.
        encoder: of the table.
        x: the rows as numbers.
        given: the same rows as they came.
    """
    found, cell = score.explain(x), encoder.cell
    n, columns = len(x), range(len(encoder.names))
    if is_frame(given):
        given = given.set_axis([str(name) for name in given.columns], axis=1)
    named = is_frame(given) and set(encoder.names) <= set(given.columns)
    cells = [given[name].tolist() for name in encoder.names] if named else x.T.tolist()
    own = [np.flatnonzero(cell == number) for number in columns]
    low, high = found.expected.low.numpy(), found.expected.high.numpy()
    alone = np.array([len(places) == 1 for places in own])
    ordinary = [encoder.is_expected(k, x[:, own[k]], low[:, own[k]], high[:, own[k]]) for k in columns]
    return Explanation(
        names=encoder.names,
        scores=found.scores,
        contributions=found.contributions,
        low=np.where(alone, low[:, [places[0] for places in own]], np.nan),
        high=np.where(alone, high[:, [places[0] for places in own]], np.nan),
        cells=[[encoder.describe(k, cells[k][row]) for k in columns] for row in range(n)],
        expected=[
            [encoder.describe_expected(k, low[row, own[k]], high[row, own[k]]) for k in columns] for row in range(n)
        ],
        as_expected=np.stack(ordinary, 1),
    )
