"""How different two distributions are, from draws of each."""

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions.kernels import Kernel, squared_distances


def mmd(x: Float[Tensor, "n dims"], y: Float[Tensor, "m dims"], kernel: Kernel) -> Float[Tensor, ""]:
    """The squared maximum mean discrepancy, E k(x, x′) + E k(y, y′) − 2 E k(x, y), unbiased.

    It is 0 on average where both distributions are the same, so that it is often a little below 0. Of a single draw
    there is no unbiased estimate: its similarity to itself then stands for that to another.

    Args:
        x: independent draws of the one.
        y: independent draws of the other, independent of `x`.
        kernel: what compares two points.

    References:
        Gretton et al., "A kernel two-sample test", JMLR 2012, equation 3 (lemma 6).
    """
    across = kernel(squared_distances(x, y)).mean()
    return _within(x, kernel) + _within(y, kernel) - 2 * across


def _within(x: Tensor, kernel: Kernel) -> Tensor:
    """The mean over pairs of different draws."""
    k, n = kernel(squared_distances(x, x)), len(x)
    return k.mean() if n == 1 else (k.sum() - k.diagonal().sum()) / (n * (n - 1))
