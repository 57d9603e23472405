"""How rare the cells of a row are, each by itself."""

import torch
from jaxtyping import Float64
from torch import Tensor, nn

from autoencode.detection.cell_scale import ScaledRows

_BINS, _PSEUDOCOUNT = 10, 0.1


class Histograms(nn.Module):
    """The mean negative log density of the numbers of a row, by a histogram of each column.

    It counts how many rows are alike and not how far they are. A group of outliers that lie close together has small
    distances and a small loss, and its values are rare all the same.

    Args:
        width: how many numbers a row has.

    References:
        Goldstein and Dengel, "Histogram-based outlier score (HBOS)", KI 2012.
    """

    low: Tensor
    high: Tensor
    surprise: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("high", torch.ones(width, dtype=torch.float64))
        self.register_buffer("surprise", torch.zeros(width, _BINS + 1, dtype=torch.float64))

    def fit(self, rows: ScaledRows) -> "Histograms":
        """Counts rows; the last bin is for what lies outside the range of the table."""
        z, seen = rows.robust
        self.low.copy_(z.masked_fill(~seen, torch.inf).amin(0).nan_to_num(posinf=0.0))
        self.high.copy_(z.masked_fill(~seen, -torch.inf).amax(0).nan_to_num(neginf=0.0))
        counts = torch.zeros_like(self.surprise).scatter_add_(1, self._bins(z).T, seen.double().T)
        density = (counts + _PSEUDOCOUNT) / counts.amax(1, keepdim=True).clamp_min(1)
        self.surprise.copy_(-density.log())
        return self

    def forward(self, rows: ScaledRows) -> Float64[Tensor, " n"]:
        """The mean over the numbers that are there, in nats below the fullest bin."""
        z, seen = rows.robust
        found = self.surprise.gather(1, self._bins(z).T).T * seen
        return found.sum(1) / seen.sum(1).clamp_min(1)

    def _bins(self, z: Float64[Tensor, "n width"]) -> Tensor:
        span = self.high - self.low
        place = ((z - self.low) / torch.where(span > 0, span, torch.ones_like(span)) * _BINS).floor()
        inside = place.clamp(0, _BINS - 1)  # the largest value belongs to the last bin
        outside = (z < self.low) | (z > self.high)
        return torch.where(outside, torch.full_like(inside, _BINS), inside).long()
