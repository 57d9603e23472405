"""A mean and how sure it is."""

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """The mean of a quantity over examples.

    Args:
        value: the mean.
        standard_error: of the mean, over the examples that were drawn; it holds the noise of sampled codes as well.
        n: how many examples.

    Example:
        >>> print(Estimate(-269.13, 0.42, 10_000))
        -269.13 ± 0.42
    """

    value: float
    standard_error: float
    n: int

    @classmethod
    def of(cls, values: Tensor) -> "Estimate":
        """The mean of one value an example, (n,)."""
        values = values.double()
        spread = values.std().item() if len(values) > 1 else math.nan
        return cls(values.mean().item(), spread / math.sqrt(len(values)), len(values))

    def scaled(self, factor: float) -> "Estimate":
        """The estimate in another unit."""
        return Estimate(self.value * factor, self.standard_error * abs(factor), self.n)

    def __str__(self) -> str:
        if not math.isfinite(self.standard_error) or self.standard_error == 0:
            return f"{self.value:.4g}"
        digits = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.value:.{digits}f} ± {self.standard_error:.{digits}f}"
