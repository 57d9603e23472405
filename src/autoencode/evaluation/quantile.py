"""A quantile with its confidence interval."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Quantile:
    """A quantile of a quantity over examples.

    Args:
        share: of the examples below it, in (0, 1): 0.5 is the median.
        value: the quantile of the sample.
        interval: distribution-free 95 % confidence interval: two order statistics, chosen by the binomial
            distribution.
        n: number of examples.

    References:
        David and Nagaraja, "Order statistics", third edition 2003, section 7.1.

    Example:
        >>> import torch
        >>> print(Quantile.of(torch.arange(1.0, 1001.0), 0.5))
        500 (469 to 532)
    """

    share: float
    value: float
    interval: tuple[float, float]
    n: int

    @classmethod
    def of(cls, values: Float[Tensor, " n"], share: float) -> "Quantile":
        """The quantile of one value per example; the interval is limited to the smallest and the largest value."""
        from scipy.stats import binom

        ordered, n = values.detach().double().sort().values, len(values)
        low, high = (int(binom.ppf(q, n, share)) for q in (0.025, 0.975))
        ends = ordered[max(low - 1, 0)].item(), ordered[min(high, n - 1)].item()
        return cls(share, ordered.quantile(share).item(), ends, n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3g} ({low:.3g} to {high:.3g})"
