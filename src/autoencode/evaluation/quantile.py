"""A quantile and how sure it is."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Quantile:
    """A quantile of a quantity over examples.

    Args:
        share: of the examples that lie below it, in (0, 1): 0.5 is the median.
        value: the quantile of the examples that were drawn.
        interval: where the quantile of all such examples is, at 95 % confidence, whatever their distribution: two
            of the ordered examples, chosen by the binomial distribution.
        n: how many examples.

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
        """The quantile of one value an example; the interval is cut off at the smallest and the largest value."""
        from scipy.stats import binom

        ordered, n = values.detach().double().sort().values, len(values)
        low, high = (int(binom.ppf(q, n, share)) for q in (0.025, 0.975))
        ends = ordered[max(low - 1, 0)].item(), ordered[min(high, n - 1)].item()
        return cls(share, ordered.quantile(share).item(), ends, n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3g} ({low:.3g} to {high:.3g})"
