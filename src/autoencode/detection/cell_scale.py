"""Cells in units that can be compared: a robust copy and a standardised copy beside each other."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor, nn

_TO_STANDARD_DEVIATION = 1.349
"""The interquartile range of a normal distribution, in standard deviations."""
_SMALL = 1e-3


class ScaledRows(NamedTuple):
    """Rows in common units.

    Args:
        z: the robust copy, then the standardised one; 0 where a cell is missing, (n, 2 * width).
        seen: which numbers are there, (n, 2 * width).
    """

    z: Float64[Tensor, "n twice_width"]
    seen: Bool[Tensor, "n twice_width"]

    def __getitem__(self, rows: "slice | Tensor") -> "ScaledRows":  # pyright: ignore[reportIncompatibleMethodOverride]
        """Some of the rows."""
        return ScaledRows(self.z[rows], self.seen[rows])

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.z)

    @property
    def robust(self) -> "ScaledRows":
        """The robust copy alone."""
        width = self.z.shape[1] // 2
        return ScaledRows(self.z[:, :width], self.seen[:, :width])


class CellScale(nn.Module):
    """Brings each number of a row to units in which ordinary values are of order one.

        x ─► (x − median) / IQR ─► arcsinh ─► / standard deviation      heavy tails are kept within reach
          └► (x − mean) / standard deviation                            beside it: what the first one compresses

    Where more than half of a column is one value, its standard deviation takes the place of the interquartile range. A
    category is one cell of several indicators, which together weigh as much as one number.

    Args:
        width: how many numbers a row has.
    """

    center: Tensor
    spread: Tensor
    ratio: Tensor
    mean: Tensor
    std: Tensor
    weight: Tensor
    cell: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        for name in ("center", "mean"):
            self.register_buffer(name, torch.zeros(width, dtype=torch.float64))
        for name in ("spread", "ratio", "std", "weight"):
            self.register_buffer(name, torch.ones(width, dtype=torch.float64))
        self.register_buffer("cell", torch.arange(width))

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return len(self.cell)

    @property
    def n_cells(self) -> int:
        """How many cells a row has; a category is one cell of several numbers."""
        return int(self.cell[-1]) + 1

    @classmethod
    def fit(cls, x: Float64[np.ndarray, "n width"], cell: Int64[np.ndarray, " width"]) -> "CellScale":
        """The scale of a table.

        Args:
            x: its numbers; NaN where a cell is missing.
            cell: to which cell of a row each number belongs, from 0 on.
        """
        scale = cls(x.shape[1])
        sizes = np.bincount(cell)[cell]
        one_number = sizes == 1
        mean, std = _mean(x), np.where(one_number, _std(x), np.maximum(_std(x), _rarest(len(x))))
        low, middle, high = _quartiles(x)
        spread = (high - low) / _TO_STANDARD_DEVIATION
        robust = one_number & (spread > _SMALL * std)
        values = {
            "center": np.where(one_number, middle, mean),
            "spread": _nonzero(np.where(robust, spread, std)),
            "mean": mean,
            "std": _nonzero(std),
            "weight": np.where(one_number, 1.0, 1 / np.sqrt(np.maximum(sizes - 1, 1))),
        }
        for name, value in values.items():
            getattr(scale, name).copy_(torch.from_numpy(np.ascontiguousarray(value)))
        scale.cell.copy_(torch.from_numpy(cell))
        scale.ratio.copy_(torch.from_numpy(_nonzero(_std(np.arcsinh((x - values["center"]) / values["spread"])))))
        return scale

    def forward(self, x: Float64[np.ndarray, "n width"]) -> ScaledRows:
        """Rows in common units."""
        given = torch.from_numpy(np.array(x, dtype=np.float64, order="C"))  # a copy: x may be read-only
        seen = ~given.isnan()
        z = torch.cat([self.robust(given), (given - self.mean) / self.std * self.weight], 1)
        return ScaledRows(z.nan_to_num(0.0), torch.cat([seen, seen], 1))

    def robust(self, x: Float64[Tensor, "n width"]) -> Float64[Tensor, "n width"]:
        """The robust copy."""
        return torch.asinh((x - self.center) / self.spread) / self.ratio * self.weight

    def undo(self, z: Float64[Tensor, "... width"]) -> Float64[Tensor, "... width"]:
        """Numbers in the units of the table, of the robust copy."""
        return torch.sinh(z / self.weight * self.ratio) * self.spread + self.center


def _mean(x: Float64[np.ndarray, "n width"]) -> Float64[np.ndarray, " width"]:
    """The mean of what is there; 0 for a column without a number."""
    there = ~np.isnan(x)
    return np.where(there, x, 0).sum(0) / np.maximum(there.sum(0), 1)


def _std(x: Float64[np.ndarray, "n width"]) -> Float64[np.ndarray, " width"]:
    squares = np.square(x - _mean(x))
    return np.sqrt(_mean(squares))


def _quartiles(x: Float64[np.ndarray, "n width"]) -> Float64[np.ndarray, "3 width"]:
    empty = np.isnan(x).all(0)
    return np.nanpercentile(np.where(empty, 0.0, x), [25, 50, 75], axis=0)


def _rarest(n: int) -> float:
    """The standard deviation of an indicator of a value that one row more than there are would have."""
    return float(np.sqrt(n) / (n + 1))


def _nonzero(spread: Float64[np.ndarray, " width"]) -> Float64[np.ndarray, " width"]:
    """A constant column is divided by 1."""
    return np.where(spread > np.finfo(np.float64).tiny, spread, 1.0)
