"""A threshold without labels: where the tail of the scores leaves what ordinary rows would give."""

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor, nn

_DEVIATIONS = 2.5
_UPPER_QUARTER = 0.6745
_LEAST = 1e-6


class TailRule(nn.Module):
    """Calls a row an outlier whose score is further above the median than 2.5 standard deviations of ordinary rows.

    Normal scores know only ranks, so the rule uses the scores of the parts themselves: the mean of their logarithms,
    each in units of its own deviation. A deviation is that of the quarter of rows just above the median, which outliers
    in the tail do not widen. Of ordinary rows about 6 in 1,000 are in the tail.

    Args:
        n_parts: how many scores a row has.
    """

    median: Tensor
    deviation: Tensor
    total_median: Tensor
    total_deviation: Tensor

    def __init__(self, n_parts: int) -> None:
        super().__init__()
        self.register_buffer("median", torch.zeros(n_parts, dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(n_parts, dtype=torch.float64))
        self.register_buffer("total_median", torch.zeros((), dtype=torch.float64))
        self.register_buffer("total_deviation", torch.ones((), dtype=torch.float64))

    def fit(self, scores: Float64[Tensor, "n parts"]) -> "TailRule":
        """Median and deviation of the logarithm of each score, and of their mean."""
        self.median, self.deviation = _upper_half(_logs(scores))
        self.total_median, self.total_deviation = _upper_half(self._mean(scores))
        return self

    def _mean(self, scores: Float64[Tensor, "n parts"]) -> Float64[Tensor, " n"]:
        return ((_logs(scores) - self.median) / self.deviation).mean(1)

    def forward(self, scores: Float64[Tensor, "n parts"]) -> Float64[Tensor, " n"]:
        """By how many deviations each row is above the median."""
        return (self._mean(scores) - self.total_median) / self.total_deviation

    def share(self, scores: Float64[Tensor, "n parts"]) -> float:
        """The share of rows that are outliers by this rule: at least one row, at most a half of them."""
        return min(0.5, max(1 / len(scores), float((self(scores) > _DEVIATIONS).double().mean())))


def _upper_half(values: Float64[Tensor, "n *parts"]) -> tuple[Tensor, Tensor]:
    """The median, and the standard deviation that a normal distribution with the same upper quartile has."""
    middle, upper = torch.from_numpy(np.quantile(values.numpy(), [0.5, 0.75], axis=0))  # PyTorch's takes 2²⁴ at most
    return middle, ((upper - middle) / _UPPER_QUARTER).clamp_min(_LEAST)


def _logs(scores: Float64[Tensor, "n parts"]) -> Float64[Tensor, "n parts"]:
    return scores.clamp_min(1e-12).log()
