"""What is expected of a cell, given the other cells of its row."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor, nn

_REFERENCES, _NEIGHBOURS = 1_024, 32
_RIDGE = 1e-3
_ROWS, _MOST_VALUES = 64, 2**24
_LOW, _HIGH = 0.05, 0.95


class Expected(NamedTuple):
    """The distribution of each number, given the other cells of the row: quantiles, (n, width), robust units.

    Args:
        low: the 5 % quantile.
        middle: the median; for indicators the share of the neighbours that have the value.
        high: the 95 % quantile.
    """

    low: Float64[Tensor, "n width"]
    middle: Float64[Tensor, "n width"]
    high: Float64[Tensor, "n width"]


class Expectation(nn.Module):
    """Each cell by the others: a linear regression on them, corrected by what the nearest ordinary rows have.

        other cells ─► linear prediction ─────────────────────────────┐
              └─────► 32 nearest ordinary rows ─► their residuals ─► + ─► quantiles

    All regressions come from one inverse covariance: the residual of cell j is (P d)_j / P_jj.

    Args:
        width: how many numbers a row has.
    """

    mean: Tensor
    precision: Tensor
    reference: Tensor
    there: Tensor
    residuals: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("precision", torch.eye(width, dtype=torch.float64))
        for name in ("reference", "residuals"):
            self.register_buffer(name, torch.zeros(_REFERENCES, width, dtype=torch.float64))
        self.register_buffer("there", torch.zeros(_REFERENCES, width, dtype=torch.bool))

    @property
    def chunk(self) -> int:
        """How many rows are compared with the references at once."""
        return max(1, min(_ROWS, _MOST_VALUES // self.reference.numel()))

    def fit(
        self,
        z: Float64[Tensor, "n width"],
        seen: Bool[Tensor, "n width"],
        cell: Int64[Tensor, " width"],
        generator: torch.Generator,
    ) -> "Expectation":
        """Learns from ordinary rows.

        Args:
            z: robust copies of rows, 0 where a cell is missing.
            seen: which numbers are there.
            cell: to which cell each number belongs.
            generator: of the choice of references.
        """
        count = seen.sum(0).clamp_min(1)
        self.mean.copy_(z.sum(0) / count)
        centered = (z - self.mean) * seen
        covariance = centered.T @ centered / max(len(z) - 1, 1)
        self.precision.copy_(torch.linalg.inv(covariance + _RIDGE * torch.eye(len(covariance), dtype=torch.float64)))
        own = torch.randperm(len(z), generator=generator)[torch.arange(_REFERENCES) % len(z)]
        self.reference.copy_(z[own])
        self.there.copy_(seen[own])
        self.there[len(z) :] = False  # a row that is there again is not near
        self.residuals.copy_(self._residuals(centered[own], cell))
        return self

    def _residuals(self, centered: Float64[Tensor, "n width"], cell: Int64[Tensor, " width"]) -> Tensor:
        """What the linear regression on the other cells leaves of each number."""
        product, found = centered @ self.precision, torch.empty_like(centered)
        for own in _numbers_of_cells(cell):
            found[:, own] = torch.linalg.solve(self.precision[own][:, own], product[:, own].T).T
        return found

    def forward(
        self, z: Float64[Tensor, "n width"], seen: Bool[Tensor, "n width"], cell: Int64[Tensor, " width"]
    ) -> Expected:
        """Quantiles of each number, given the other cells.

        Args:
            z: robust copies of rows, 0 where a cell is missing.
            seen: which numbers are there.
            cell: to which cell each number belongs.
        """
        centered = (z - self.mean) * seen
        linear = centered - self._residuals(centered, cell) + self.mean
        both, distinct = seen[:, None] & self.there, max(1, int(self.there.any(1).sum()))
        squares = ((z[:, None] - self.reference) ** 2) * both
        total = squares.sum(2)
        low, middle, high = torch.empty_like(z), torch.empty_like(z), torch.empty_like(z)
        for own in _numbers_of_cells(cell):
            others = total - squares[:, :, own].sum(2) + 1e6 * ~self.there[:, own].any(1)
            near = others.topk(min(_NEIGHBOURS, distinct), largest=False).indices
            if len(own) > 1:
                share = self.reference[:, own][near].mean(1)
                low[:, own] = middle[:, own] = high[:, own] = share
                continue
            local = self.residuals[:, own[0]][near] + linear[:, own]
            found = local.quantile(torch.tensor([_LOW, 0.5, _HIGH], dtype=torch.float64), dim=1)
            low[:, own[0]], middle[:, own[0]], high[:, own[0]] = found
        return Expected(low, middle, high)


def _numbers_of_cells(cell: Int64[Tensor, " width"]) -> list[Tensor]:
    """The places of the numbers of each cell."""
    return [(cell == number).nonzero()[:, 0] for number in range(int(cell[-1]) + 1)]
