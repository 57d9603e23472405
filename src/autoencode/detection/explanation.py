"""Which cells make a row unusual, as numbers and as sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64


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
    """

    names: tuple[str, ...]
    scores: Float64[np.ndarray, " n"]
    contributions: Float64[np.ndarray, "n columns"]
    low: Float64[np.ndarray, "n columns"]
    high: Float64[np.ndarray, "n columns"]
    cells: Sequence[Sequence[str]]
    expected: Sequence[Sequence[str]]

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
        """The columns that contribute most, with what was expected: "income 120,000, expected 31,000 to 52,000"."""
        places = [self.names.index(name) for name in self.columns(row, n)]
        return "; ".join(f"{self.names[i]} {self.cells[row][i]}, expected {self.expected[row][i]}" for i in places)
