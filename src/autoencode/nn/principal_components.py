"""Principal components of examples: the linear autoencoder of least squared error."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.runtime.seeding import seeded_rng

_EXACT_COLUMNS, _OVERSAMPLED, _POWER_ITERATIONS = 1_000, 10, 3


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The mean of examples, and the directions in which they vary most.

    Args:
        mean: (values,).
        axes: orthonormal directions in columns, those of largest variance first, (values, numbers).
        variances: of the examples along the axes, (numbers,).
        residual: variance that the axes leave, as a mean over values.
    """

    mean: Tensor
    axes: Tensor
    variances: Tensor
    residual: float


@torch.no_grad()
def principal_components(examples: Float[Tensor, "n values"], numbers: int) -> PrincipalComponents:
    """The principal components of examples.

    Args:
        examples: two or more.
        numbers: how many; there are fewer where the examples are too few or all equal.

    Example:
        >>> x = torch.tensor([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
        >>> found = principal_components(x, 1)
        >>> [round(v, 3) for v in found.mean.tolist()], round(found.variances.item(), 3), round(found.residual, 3)
        ([2.0, 2.0], 5.333, 0.0)
    """
    mean = examples.double().mean(0).to(examples.dtype)
    centred = examples - mean
    axes = principal_axes(centred, min(numbers, len(examples) - 1, examples.shape[1]))
    variances = (centred @ axes).double().square().mean(0)
    total = centred.double().square().mean(0).sum()
    kept = variances > 1e-12 * total
    residual = (total - variances.sum()).clamp_min(0) / examples.shape[1]
    return PrincipalComponents(mean, axes[:, kept], variances[kept].to(examples.dtype), residual.item())


def principal_axes(centred: Float[Tensor, "n values"], numbers: int) -> Float[Tensor, "values numbers"]:
    """The directions of largest variance, orthonormal, the largest first.

    They are exact for up to a thousand columns; for more they are found by a randomised method.

    Args:
        centred: examples minus their mean.
        numbers: how many directions, at most the smaller side of `centred`.

    References:
        Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
    """
    n, values = centred.shape
    if values <= _EXACT_COLUMNS:
        wide = centred.double()
        return torch.linalg.eigh(wide.T @ wide).eigenvectors.flip(1)[:, :numbers].to(centred.dtype)
    with seeded_rng(0):
        rank = min(numbers + _OVERSAMPLED, n, values)
        return torch.svd_lowrank(centred, q=rank, niter=_POWER_ITERATIONS)[2][:, :numbers]
