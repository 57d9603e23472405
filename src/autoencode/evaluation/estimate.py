"""A mean with its standard error."""

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """The mean of a quantity over examples.

    Args:
        value: the mean.
        standard_error: of the mean over examples; it includes the noise of sampled codes.
        n: number of examples.

    Example:
        >>> print(Estimate(-269.13, 0.42, 10_000))
        -269.13 ± 0.42
    """

    value: float
    standard_error: float
    n: int

    @classmethod
    def of(cls, values: Tensor) -> "Estimate":
        """The mean of one value per example, (n,)."""
        values = values.double()
        spread = values.std().item() if len(values) > 1 else math.nan
        return cls(values.mean().item(), spread / math.sqrt(len(values)), len(values))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the mean, by Student's t; NaN for a single example.

        Example:
            >>> low, high = Estimate(10.0, 1.0, 5).interval
            >>> f"{low:.3f} to {high:.3f}"
            '7.224 to 12.776'
        """
        from scipy.special import stdtrit

        half = float(stdtrit(self.n - 1, 0.975)) * self.standard_error if self.n > 1 else math.nan
        return self.value - half, self.value + half

    def scaled(self, factor: float) -> "Estimate":
        """The estimate in another unit."""
        return Estimate(self.value * factor, self.standard_error * abs(factor), self.n)

    def __str__(self) -> str:
        if not math.isfinite(self.standard_error) or self.standard_error == 0:
            return f"{self.value:.4g}"
        digits = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.value:.{digits}f} ± {self.standard_error:.{digits}f}"
