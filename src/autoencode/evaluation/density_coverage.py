"""Precision and recall that outliers do not spoil."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.neighbours import distances, kth_neighbour_distances


def density_coverage(
    real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], k: int = 5
) -> tuple[Estimate, Estimate]:
    """Density and coverage, in the space of some network's features.

    Density counts in how many balls of real points a generated point lies, so that one outlier with a large ball does
    not make everything precise; it can exceed 1. Coverage is the share of real points in whose ball, reaching to its
    k-th nearest other real point, at least one generated point lies.

    Args:
        real: features of real examples.
        generated: of generated ones.
        k: which neighbour a ball reaches to; 5 in the paper.

    Returns:
        Density and coverage; their standard errors are over the points judged, the other set taken as given.

    References:
        Naeem, Oh, Uh, Choi and Yoo, "Reliable fidelity and diversity metrics for generative models", ICML 2020,
        section 3.
    """
    reach = kth_neighbour_distances(real, k)
    balls = torch.cat([(rows <= reach).double().mean(1) for rows in distances(generated, real)])
    nearest = torch.cat([rows.min(1).values for rows in distances(real, generated)])
    return Estimate.of(balls * len(real) / k), Estimate.of((nearest <= reach).double())
