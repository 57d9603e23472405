"""Scores on one scale: which share of the table is more ordinary, as a quantile of the normal distribution."""

import math

import numpy as np
import torch
from jaxtyping import Float64, Int64
from scipy.special import log_ndtr, ndtri
from torch import Tensor, nn

_KNOTS, _TAIL = 2_048, 512
_STEEPEST, _FLATTEST = 10.0, 0.05
_SAME = 1e-7


class NormalScores(nn.Module):
    """A monotone function of one score, by its ranks among the rows of the table that it was fitted to.

        score ─► rank among the rows, between two of them interpolated ─► normal quantile

    Equal scores have the mean of their ranks. Beyond the largest score of the table it goes on as a line in the
    logarithm of the score, so that rows that lie further out still have a larger one.

    Args:
        n_columns: how many scores a row has, each with a table of its own.
    """

    knots: Tensor
    values: Tensor
    gradient: Tensor

    def __init__(self, n_columns: int) -> None:
        super().__init__()
        self.register_buffer("knots", torch.zeros(n_columns, _KNOTS, dtype=torch.float64))
        self.register_buffer("values", torch.zeros(n_columns, _KNOTS, dtype=torch.float64))
        self.register_buffer("gradient", torch.ones(n_columns, dtype=torch.float64))

    def fit(self, scores: Float64[Tensor, "n columns"]) -> "NormalScores":
        """Tables of the ranks of scores, 0 or larger: all where there are at most 2,048, else some and the tail."""
        for column, own in enumerate(scores.T.numpy()):
            knots, values = _table(own)
            self.knots[column] = _padded(knots)
            self.values[column] = _padded(values)
            self.gradient[column] = _tail_gradient(knots, values)
        return self

    def forward(self, scores: Float64[Tensor, "n columns"]) -> Float64[Tensor, "n columns"]:
        """Normal scores; 0 is the median of the table."""
        tables = zip(scores.T.numpy(), self.knots.numpy(), self.values.numpy(), strict=True)
        found = np.stack([np.interp(own, knots, values) for own, knots, values in tables], 1)
        largest = self.knots[:, -1]
        ratio = (scores + _tiny(largest)) / (largest + _tiny(largest))
        return torch.from_numpy(found) + self.gradient * ratio.clamp_min(1).log()


def surprise(mean_normal_score: Float64[Tensor, " n"]) -> Float64[Tensor, " n"]:
    """−log(1 − Φ(m)) in nats: positive, a rising function of m, and 0.7 for m = 0.

    Args:
        mean_normal_score: m, (n,).
    """
    return torch.from_numpy(-log_ndtr(-mean_normal_score.numpy()))


def _tiny(score: Tensor) -> Tensor:
    return (score.abs() * 1e-9).clamp_min(1e-12)


def _table(scores: Float64[np.ndarray, " n"]) -> tuple[Float64[np.ndarray, " knots"], Float64[np.ndarray, " knots"]]:
    """Scores in rising order, each once, and the normal quantile of the mean rank of each."""
    knots, counts = _distinct(scores)
    ends = counts.cumsum()
    values = ndtri((ends - counts / 2) / len(scores))
    if len(knots) <= _KNOTS:
        return knots, values
    body = np.linspace(0, len(knots) - _TAIL, _KNOTS - _TAIL, endpoint=False).astype(int)
    chosen = np.concatenate([body, np.arange(len(knots) - _TAIL, len(knots))])
    return knots[chosen], values[chosen]


def _distinct(scores: Float64[np.ndarray, " n"]) -> tuple[Float64[np.ndarray, " knots"], Int64[np.ndarray, " knots"]]:
    """Scores and how often each is there; those that only rounding sets apart are one."""
    rising = np.sort(scores)
    first = np.flatnonzero(np.diff(rising, prepend=-np.inf) > _SAME * np.abs(rising))
    return rising[first], np.diff(first, append=len(rising))


def _padded(table: Float64[np.ndarray, " knots"]) -> Float64[Tensor, " size"]:
    """The first entry repeated before it, which an interpolation passes over."""
    return torch.from_numpy(np.concatenate([np.full(_KNOTS - len(table), table[0]), table]))


def _tail_gradient(knots: Float64[np.ndarray, " knots"], values: Float64[np.ndarray, " knots"]) -> float:
    """By how much the normal score rises where the score becomes e times as large, from its upper quarter."""
    upper = np.interp(0.6745, values, knots)
    if not 0 < upper < knots[-1]:
        return 1.0
    return float(np.clip((values[-1] - 0.6745) / math.log(knots[-1] / upper), _FLATTEST, _STEEPEST))
