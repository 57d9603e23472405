"""The Fréchet distance between two clouds of features."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, ShapeError
from autoencode.evaluation.estimate import Estimate

_N_BOOTSTRAP = 30


def frechet_distance(real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"]) -> float:
    """The squared Fréchet distance between the normals with the means and covariances of two sets of features.

        d² = |m − m'|² + tr(C + C' − 2 (C C')^½)

    It shrinks with the number of examples, so only distances of as many can be compared.

    Args:
        real: features of real examples, by any network.
        generated: of generated ones, by the same network.

    Returns:
        0 where means and covariances agree.

    Raises:
        ShapeError: they differ in width.
        ArgumentError: a single example, which has no covariance.

    References:
        Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, "GANs trained by a two time-scale update rule converge to
        a local Nash equilibrium", NeurIPS 2017, equation 6; Dowson and Landau, "The Fréchet distance between
        multivariate normal distributions", Journal of Multivariate Analysis 12, 1982.

    Example:
        >>> x = torch.tensor([[0.0], [2.0]])
        >>> round(frechet_distance(x, x + 3), 6)
        9.0
    """
    if real.shape[1:] != generated.shape[1:]:
        raise ShapeError(f"features to compare have one width, not {real.shape[1]} and {generated.shape[1]}")
    return gaussian_frechet_distance(*_moments(real), *_moments(generated))


def gaussian_frechet_distance(
    mean: Float[Tensor, " dims"],
    covariance: Float[Tensor, "dims dims"],
    other_mean: Float[Tensor, " dims"],
    other_covariance: Float[Tensor, "dims dims"],
) -> float:
    """The squared Fréchet distance between two normals.

    The trace of (C C')^½ is that of (C^½ C' C^½)^½, whose argument is symmetric and positive: its eigenvalues are real
    and need no iteration that could fail where a covariance is singular.
    """
    values, vectors = torch.linalg.eigh(covariance)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    shared = torch.linalg.eigvalsh(root @ other_covariance @ root).clamp_min(0).sqrt().sum()
    traces = covariance.trace() + other_covariance.trace() - 2 * shared
    return ((mean - other_mean).square().sum() + traces).clamp_min(0).item()


def frechet_estimate(real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], *, seed: int = 0) -> Estimate:
    """The distance with its standard error, by drawing both sets anew from themselves thirty times (the bootstrap).

    Only the spread is taken from there: the distances of sets drawn anew are themselves too large.

    Args:
        real: features of real examples.
        generated: of generated ones.
        seed: of the draws.
    """
    generator, distances = torch.Generator().manual_seed(seed), list[float]()
    for _ in range(_N_BOOTSTRAP):
        one, other = (_moments(x, _bootstrap_counts(len(x), generator)) for x in (real, generated))
        distances.append(gaussian_frechet_distance(*one, *other))
    return Estimate(
        frechet_distance(real, generated), torch.tensor(distances, dtype=torch.float64).std().item(), len(generated)
    )


def _bootstrap_counts(n: int, generator: torch.Generator) -> Tensor:
    return torch.bincount(torch.randint(n, (n,), generator=generator), minlength=n)


def _moments(x: Tensor, times: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean and unbiased covariance, in float64; each example counts as often as it was drawn."""
    if len(x) < 2:
        raise ArgumentError(f"a covariance needs two examples or more, not {len(x)}")
    x = x.double()
    weights = torch.ones(len(x), dtype=x.dtype) if times is None else times.to(x.dtype)
    mean = weights @ x / weights.sum()
    centred = (x - mean) * weights.sqrt()[:, None]
    return mean, centred.T @ centred / (weights.sum() - 1)
