"""Projects codes to two dimensions."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.runtime.seeding import seeded_rng

_MAX_EXACT_DIMS = 512


@dataclass(frozen=True)
class Plane:
    """Points in a plane, and what its axes are.

    Args:
        points: (n, 2).
        names: of the two axes.
    """

    points: Float[Tensor, "n 2"]
    names: tuple[str, str]


def plane(codes: Float[Tensor, "n latent_dim"]) -> Plane:
    """Two-dimensional codes as they are; longer ones along their two directions of largest variance."""
    codes = codes.detach().cpu().float()
    if codes.shape[1] == 2:
        return Plane(codes, ("latent dimension 1", "latent dimension 2"))
    centred = codes - codes.mean(0)
    directions = principal_directions(centred)
    points = centred @ directions
    shares = (points.square().sum(0) / centred.square().sum().clamp_min(1e-30)).tolist()
    first, second = (f"principal component {i} ({share:.0%} of variance)" for i, share in enumerate(shares, start=1))
    return Plane(points, (first.replace("%", " %"), second.replace("%", " %")))


def principal_directions(centred: Float[Tensor, "n latent_dim"]) -> Float[Tensor, "latent_dim 2"]:
    """The two directions of largest variance, with the largest entry of each positive, so that their sign is fixed."""
    directions = _eigenvectors(centred) if centred.shape[1] <= _MAX_EXACT_DIMS else _randomised_svd(centred)
    largest = directions.abs().argmax(0, keepdim=True)
    return directions * directions.gather(0, largest).sign()


def _eigenvectors(centred: Float[Tensor, "n latent_dim"]) -> Float[Tensor, "latent_dim 2"]:
    return torch.linalg.eigh(centred.T @ centred).eigenvectors[:, [-1, -2]]


def _randomised_svd(centred: Float[Tensor, "n latent_dim"]) -> Float[Tensor, "latent_dim 2"]:
    """By random projection with a fixed seed, for codes so long that the exact computation takes minutes."""
    with seeded_rng(0):
        return torch.svd_lowrank(centred, q=8, niter=6)[2][:, :2]
