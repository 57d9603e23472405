"""The Fréchet distance between two sets of features."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, ShapeError
from autoencode.evaluation.estimate import Estimate

_N_BOOTSTRAP = 30


def frechet_distance(real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"]) -> float:
    """The squared Fréchet distance between the normals with the means and covariances of two sets of features.

        d² = |m − m'|² + tr(C + C' − 2 (C C')^½)

    It shrinks with the number of examples: compare only distances between sets of equal size.

    Args:
        real: features of real examples, from any network.
        generated: features of generated examples, from the same network.

    Returns:
        A number in squared units of the features; 0 if means and covariances are equal.

    Raises:
        ShapeError: the two have different numbers of features.
        ArgumentError: fewer than two examples.

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
        raise ShapeError(f"both sets need the same number of features, not {real.shape[1]} and {generated.shape[1]}")
    return gaussian_frechet_distance(*_moments(real), *_moments(generated))


def gaussian_frechet_distance(
    mean: Float[Tensor, " dims"],
    covariance: Float[Tensor, "dims dims"],
    other_mean: Float[Tensor, " dims"],
    other_covariance: Float[Tensor, "dims dims"],
) -> float:
    """The squared Fréchet distance between two normals.

    The trace of (C C')^½ is that of (C^½ C' C^½)^½, whose argument is symmetric and positive semidefinite, so that its
    eigenvalues are real and can be computed even if a covariance is singular.
    """
    values, vectors = torch.linalg.eigh(covariance)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    shared = torch.linalg.eigvalsh(root @ other_covariance @ root).clamp_min(0).sqrt().sum()
    traces = covariance.trace() + other_covariance.trace() - 2 * shared
    return ((mean - other_mean).square().sum() + traces).clamp_min(0).item()


def frechet_estimate(real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], *, seed: int = 0) -> Estimate:
    """The distance with its standard error, from thirty bootstrap samples of both sets.

    Only the standard error is from the bootstrap, as the distances between bootstrap samples are too large.

    Args:
        real: features of real examples.
        generated: of generated ones.
        seed: of the bootstrap.
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
    """Mean and unbiased covariance in float64, with examples weighted by `times`."""
    if len(x) < 2:
        raise ArgumentError(f"a covariance needs at least two examples, not {len(x)}")
    x = x.double()
    weights = torch.ones(len(x), dtype=x.dtype) if times is None else times.to(x.dtype)
    mean = weights @ x / weights.sum()
    centred = (x - mean) * weights.sqrt()[:, None]
    return mean, centred.T @ centred / (weights.sum() - 1)
