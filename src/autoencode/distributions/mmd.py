"""The maximum mean discrepancy between two samples, and its kernels."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError

Kernel = Callable[[Tensor], Tensor]
"""Squared distances of any shape → similarities, elementwise; 1 at a distance of 0."""


@dataclass(frozen=True)
class RadialBasis:
    """exp(−d² / (2 h²)), the Gaussian kernel.

    For points several bandwidths away from all others, value and gradient vanish.

    Args:
        bandwidth: h, above 0, in the units of the points.

    Raises:
        ArgumentError: the bandwidth is not above 0.

    Example:
        >>> RadialBasis(1.0)(torch.tensor(2.0))
        tensor(0.3679)
    """

    bandwidth: float

    def __post_init__(self) -> None:
        if not self.bandwidth > 0:
            raise ArgumentError(f"the bandwidth of RadialBasis must be above 0, not {self.bandwidth}")

    def __call__(self, squared_distance: Tensor) -> Tensor:
        """The similarities, elementwise."""
        return torch.exp(-squared_distance / (2 * self.bandwidth**2))


@dataclass(frozen=True)
class InverseMultiquadric:
    """C / (C + d²), whose heavy tails give gradients to points far from all others.

    Args:
        constant: C, in squared units of the points; 2 · dims is the mean squared distance of two standard normal draws.
        factors: of C; with several, the kernel is the mean over them.

    Raises:
        ArgumentError: a constant or factor is not above 0.

    References:
        Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018, section 4. The authors' code sums seven kernels with
        C multiplied by 0.1, 0.2, 0.5, 1, 2, 5 and 10.

    Example:
        >>> InverseMultiquadric(2.0)(torch.tensor(2.0))
        tensor(0.5000)
    """

    constant: float
    factors: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not (self.constant > 0 and self.factors and min(self.factors) > 0):
            raise ArgumentError(
                f"constant and factors of InverseMultiquadric must be above 0, not {self.constant} and {self.factors}"
            )

    def __call__(self, squared_distance: Tensor) -> Tensor:
        """The similarities, elementwise."""
        constants = [self.constant * factor for factor in self.factors]
        return torch.stack([c / (c + squared_distance) for c in constants]).mean(0)


def squared_distances(x: Float[Tensor, "n dims"], y: Float[Tensor, "m dims"]) -> Float[Tensor, "n m"]:
    """|x_i − y_j|², computed from differences: the gradient of a distance is undefined at 0."""
    return (x[:, None] - y[None]).square().sum(-1)


def mmd(x: Float[Tensor, "n dims"], y: Float[Tensor, "m dims"], kernel: Kernel) -> Float[Tensor, ""]:
    """The squared maximum mean discrepancy, E k(x, x′) + E k(y, y′) − 2 E k(x, y), unbiased.

    Its expectation is 0 if both distributions are the same, so it is often slightly below 0. From a single draw there
    is no unbiased estimate; its similarity to itself is then used.

    Args:
        x: independent draws from one distribution.
        y: independent draws from the other, independent of `x`.
        kernel: the similarity of two points, as a function of their squared distance.

    References:
        Gretton et al., "A kernel two-sample test", JMLR 2012, equation 3 (lemma 6).
    """
    across = kernel(squared_distances(x, y)).mean()
    return _within(x, kernel) + _within(y, kernel) - 2 * across


def _within(x: Tensor, kernel: Kernel) -> Tensor:
    """The mean similarity of different draws."""
    k, n = kernel(squared_distances(x, x)), len(x)
    return k.mean() if n == 1 else (k.sum() - k.diagonal().sum()) / (n * (n - 1))
