"""The outlier score of the rows of a table: what is fitted, and how a row is scored."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor, nn

from autoencode.detection.cell_scale import CellScale, ScaledRows
from autoencode.detection.expectation import Expectation, Expected
from autoencode.detection.histograms import Histograms
from autoencode.detection.nearest_rows import NearestRows
from autoencode.detection.normal_scores import NormalScores, surprise
from autoencode.detection.ridge_distance import RidgeDistance
from autoencode.detection.tail import TailRule
from autoencode.detection.tiny_autoencoders import TinyAutoencoders
from autoencode.runtime.reporter import Reporter, track
from autoencode.runtime.seeding import derive_seed

MAX_ROWS = 10_000
"""Rows that the parts are fitted to; of a longer table a random choice."""
_CHUNK = 2_000
_USUAL = 0.9
"""The share of rows from which it is learned what to expect; fewer would make the ranges too narrow."""
_SOME_CELLS, _ALL_CELLS = (0.2, 0.8), (1.0, 1.0)


class Explained(NamedTuple):
    """Scores of rows, cell by cell.

    Args:
        scores: (n,).
        contributions: what each cell adds to the score, 0 or more, (n, cells).
        expected: of each number, in the units of the table, (n, width); shares for indicators.
    """

    scores: Float64[np.ndarray, " n"]
    contributions: Float64[np.ndarray, "n cells"]
    expected: Expected


class OutlierScore(nn.Module):
    """How unusual a row is, from tiny autoencoders, nearest rows and a Mahalanobis distance, fitted twice.

        rows ─► first fit:  autoencoders, nearest rows, histograms ─► the most ordinary rows
                                                                          │
        rows ─► second fit: autoencoders, nearest rows (both copies, the robust copy), Mahalanobis distance
                     └─► normal scores by rank ─► mean m ─► score = −log(1 − Φ(m)), in nats

    The second fit has seen hardly any outlier. Histograms in the first count rows and measure no distance, so that
    outliers in groups are left out, too, which autoencoders and distances would learn. A score is a function of the row
    alone: nothing is sampled when rows are scored.

    Args:
        width: how many numbers a row has.
        n_models: autoencoders in each of the two fits.

    Attributes:
        training_scores: of the rows that it was fitted to, in their order; empty where it was restored from a file.
        training_tail_share: the share of them that is in the tail, by a rule that needs no labels.
    """

    def __init__(self, width: int, n_models: int = 32) -> None:
        super().__init__()
        self.scale = CellScale(width)
        self.first = _FirstParts(width, n_models)
        self.first_ranks = NormalScores(_FirstParts.n_parts)
        self.second = _SecondParts(width, n_models)
        self.ranks = NormalScores(_SecondParts.n_parts)
        self.tail = TailRule(_SecondParts.n_parts)
        self.expectation = Expectation(width)
        self.training_scores: Float64[np.ndarray, " n"] = np.zeros(0)
        self.training_tail_share = 0.5

    @classmethod
    def fit(
        cls,
        x: Float64[np.ndarray, "n width"],
        cell: Int64[np.ndarray, " width"],
        *,
        n_models: int = 32,
        keep: float = 0.6,
        steps: int = 150,
        seed: int = 0,
        reporter: Reporter | None = None,
    ) -> "OutlierScore":
        """Fits the score to a table that may hold outliers.

        Args:
            x: numbers, NaN where a cell is missing; at least two rows. Of more than `MAX_ROWS` a random choice is used.
            cell: to which cell of a row each number belongs, from 0 on.
            n_models: autoencoders in each of the two fits.
            keep: the share of rows that the second fit learns from, the most ordinary ones.
            steps: of each training.
            seed: of all that is random.
            reporter: receives the progress of "fitting".
        """
        score = cls(x.shape[1], n_models)
        generator = torch.Generator().manual_seed(derive_seed(seed))
        score.scale = CellScale.fit(x, cell)
        if len(x) > MAX_ROWS:
            x = x[torch.randperm(len(x), generator=generator)[:MAX_ROWS].sort().values.numpy()]
        rows, unique = score.scale(x), _unique_rows(x)
        with track(reporter or Reporter(), "fitting", 2, "fits") as progress:
            score.first.fit(rows, unique, score.scale.cell, steps=steps, generator=generator)
            first = score.first.with_ranks(rows)
            first_scores = score.first_ranks.fit(first)(first).mean(1)
            ordinary = first_scores.argsort(stable=True)[: max(2, round(keep * len(x)))]
            progress.advance()
            score.second.fit(rows[ordinary], unique[ordinary], score.scale.cell, steps=steps, generator=generator)
            found = score.second.with_ranks(rows)
            score.ranks.fit(found)
            score.training_scores = surprise(score.ranks(found).mean(1)).numpy()
            score.training_tail_share = score.tail.fit(found).share(found)
            usual = score.ranks(found).mean(1).argsort(stable=True)[: max(2, round(_USUAL * len(x)))]
            robust = rows[usual].robust
            score.expectation.fit(robust.z, robust.seen, score.scale.cell, generator)
            progress.advance()
        return score.requires_grad_(requires_grad=False)

    @torch.no_grad()
    def forward(self, x: Float64[np.ndarray, "n width"]) -> Float64[np.ndarray, " n"]:
        """The score of each row, in nats: 0.7 is the median of the table, and there is no largest."""
        return surprise(self._mean_normal_score(x)).numpy()

    def _mean_normal_score(self, x: Float64[np.ndarray, "n width"]) -> Float64[Tensor, " n"]:
        chunks = [self.ranks(self.second(self.scale(x[i : i + _CHUNK]))).mean(1) for i in range(0, len(x), _CHUNK)]
        return torch.cat(chunks) if chunks else torch.zeros(0, dtype=torch.float64)

    @torch.no_grad()
    def explain(self, x: Float64[np.ndarray, "n width"]) -> Explained:
        """Which cells make rows unusual.

        Each cell is replaced by what the others let expect, and the row is scored again. The score is divided among the
        cells in proportion to how much it falls.

        Args:
            x: rows, as they were fitted to.
        """
        chunk = self.expectation.chunk
        parts = [self._explain(x[i : i + chunk]) for i in range(0, len(x), chunk)]
        scores, contributions = (np.concatenate([each[k] for each in parts]) for k in (0, 1))
        expected = Expected(*(torch.cat(each) for each in zip(*(part.expected for part in parts), strict=True)))
        return Explained(scores, contributions, expected)

    def _explain(self, x: Float64[np.ndarray, "n width"]) -> Explained:
        scale = self.scale
        expected = self.expectation(*scale(x).robust, scale.cell)
        middle = scale.undo(expected.middle).numpy()
        before = self._mean_normal_score(x)
        drops = []
        for number in range(scale.n_cells):
            own = (scale.cell == number).numpy()
            other = x.copy()
            other[:, own] = np.where(np.isnan(x[:, own]), np.nan, _replaced(middle[:, own]))
            drops.append((before - self._mean_normal_score(other)).clamp_min(0))
        drop = torch.stack(drops, 1)
        share = torch.where(drop.sum(1, keepdim=True) > 0, drop, torch.ones_like(drop))
        scores = surprise(before)
        contributions = share / share.sum(1, keepdim=True) * scores[:, None]
        units = Expected(*(scale.undo(each) for each in expected))
        return Explained(scores.numpy(), contributions.numpy(), units)


class _FirstParts(nn.Module):
    """Parts that outliers among the rows change little."""

    n_parts = 3

    def __init__(self, width: int, n_models: int) -> None:
        super().__init__()
        self.autoencoders = TinyAutoencoders(2 * width, n_models)
        self.nearest = NearestRows(2 * width, 128, 8)
        self.histograms = Histograms(width)

    def fit(
        self,
        rows: ScaledRows,
        unique: Bool[Tensor, " n"],
        cell: Int64[Tensor, " width"],
        *,
        steps: int,
        generator: torch.Generator,
    ) -> None:
        twice = torch.cat([cell, cell])
        self.autoencoders.fit(rows, twice, steps=steps, generator=generator)
        self.nearest.fit(rows, unique, twice, shares=_SOME_CELLS, generator=generator)
        self.histograms.fit(rows)

    @torch.no_grad()
    def forward(self, rows: ScaledRows) -> Float64[Tensor, "n 3"]:
        """The score of each part."""
        return self._stacked(rows, self.autoencoders(rows))

    def with_ranks(self, rows: ScaledRows) -> Float64[Tensor, "n 3"]:
        """The same of all rows of the table, among which the losses of others will be ranked."""
        return self._stacked(rows, self.autoencoders.fit_ranks(rows))

    def _stacked(self, rows: ScaledRows, autoencoders: Float64[Tensor, " n"]) -> Float64[Tensor, "n 3"]:
        return torch.stack([autoencoders, self.nearest(rows), self.histograms(rows)], 1)


class _SecondParts(nn.Module):
    """Parts that know ordinary rows closely."""

    n_parts = 4

    def __init__(self, width: int, n_models: int) -> None:
        super().__init__()
        self.autoencoders = TinyAutoencoders(2 * width, n_models)
        self.nearest = NearestRows(2 * width, 64, 64)
        self.nearest_robust = NearestRows(width, 64, 64)
        self.distance = RidgeDistance(2 * width)

    def fit(
        self,
        rows: ScaledRows,
        unique: Bool[Tensor, " n"],
        cell: Int64[Tensor, " width"],
        *,
        steps: int,
        generator: torch.Generator,
    ) -> None:
        twice = torch.cat([cell, cell])
        self.autoencoders.fit(rows, twice, steps=steps, generator=generator)
        self.nearest.fit(rows, unique, twice, shares=_ALL_CELLS, generator=generator)
        self.nearest_robust.fit(rows.robust, unique, cell, shares=_ALL_CELLS, generator=generator)
        self.distance.fit(rows)

    @torch.no_grad()
    def forward(self, rows: ScaledRows) -> Float64[Tensor, "n 4"]:
        """The score of each part."""
        return self._stacked(rows, self.autoencoders(rows))

    def with_ranks(self, rows: ScaledRows) -> Float64[Tensor, "n 4"]:
        """The same of all rows of the table, among which the losses of others will be ranked."""
        return self._stacked(rows, self.autoencoders.fit_ranks(rows))

    def _stacked(self, rows: ScaledRows, autoencoders: Float64[Tensor, " n"]) -> Float64[Tensor, "n 4"]:
        nearest = (self.nearest(rows), self.nearest_robust(rows.robust))
        return torch.stack([autoencoders, *nearest, self.distance(rows)], 1)


def _replaced(middle: Float64[np.ndarray, "n own"]) -> Float64[np.ndarray, "n own"]:
    """The median of a number; of a category the indicators of the value that most of the neighbours have."""
    if middle.shape[1] == 1:
        return middle
    return (middle == middle.max(1, keepdims=True)).astype(np.float64)


def _unique_rows(x: Float64[np.ndarray, "n width"]) -> Bool[Tensor, " n"]:
    """Which rows are the only ones of their kind."""
    _, inverse, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True, equal_nan=True)
    return torch.from_numpy(counts[inverse.reshape(-1)] == 1)
