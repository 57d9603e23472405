"""The Mahalanobis distance, with a ridge."""

import torch
from jaxtyping import Float64
from torch import Tensor, nn

from autoencode.detection.cell_scale import ScaledRows

_RIDGE = 0.1
_MOST_VALUES = 2**24


class RidgeDistance(nn.Module):
    """The squared Mahalanobis distance from the mean of ordinary rows, for each number that is there.

    A tenth of the mean variance is added to each variance, since the robust and the standardised copy of a column are
    nearly the same. Where cells are missing, it is the distance in the others.

    Args:
        width: how many numbers a row has.
    """

    mean: Tensor
    covariance: Tensor
    precision: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("covariance", torch.eye(width, dtype=torch.float64))
        self.register_buffer("precision", torch.eye(width, dtype=torch.float64))

    def fit(self, rows: ScaledRows) -> "RidgeDistance":
        """Mean and covariance of rows."""
        count = rows.seen.sum(0).clamp_min(1)
        self.mean.copy_(rows.z.sum(0) / count)
        centered = (rows.z - self.mean) * rows.seen
        covariance = centered.T @ centered / max(rows.n - 1, 1)
        variance = covariance.diagonal().mean()
        ridge = _RIDGE * (variance if variance > 0 else torch.ones_like(variance))
        self.covariance.copy_(covariance + ridge * torch.eye(len(covariance), dtype=torch.float64))
        self.precision.copy_(torch.linalg.inv(self.covariance))
        return self

    def forward(self, rows: ScaledRows) -> Float64[Tensor, " n"]:
        """The distance of each row, divided by the count of its numbers."""
        centered = (rows.z - self.mean) * rows.seen
        found = ((centered @ self.precision) * centered).sum(1)
        incomplete = (~rows.seen.all(1)).nonzero()[:, 0]
        chunk = max(1, _MOST_VALUES // len(self.mean) ** 2)
        for some in incomplete.split(chunk):
            found[some] = self._of_seen(centered[some], rows.seen[some].double())
        return found / rows.seen.sum(1).clamp_min(1)

    def _of_seen(self, centered: Float64[Tensor, "n width"], seen: Float64[Tensor, "n width"]) -> Float64[Tensor, " n"]:
        """The distance under the marginal distribution of the numbers that are there."""
        own = self.covariance * seen[:, :, None] * seen[:, None] + torch.diag_embed(1 - seen)
        return (torch.linalg.solve(own, centered) * centered).sum(1)
