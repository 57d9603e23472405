"""Density and coverage: precision and recall that are robust to outliers."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.neighbours import distances, kth_neighbour_distances


def density_coverage(
    real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], k: int = 5
) -> tuple[Estimate, Estimate]:
    """Density and coverage, in the feature space of a network.

    Each real point has a ball that reaches to its k-th nearest other real point. Density counts the balls in which a
    generated point lies, so that one outlier with a large ball has little effect; it can exceed 1. Coverage is the
    share of real points whose ball contains at least one generated point.

    Args:
        real: features of real examples.
        generated: of generated ones.
        k: a ball reaches to the k-th nearest neighbour; 5 in the paper.

    Returns:
        Density and coverage, with standard errors over the points of one set, the other set being fixed.

    References:
        Naeem, Oh, Uh, Choi and Yoo, "Reliable fidelity and diversity metrics for generative models", ICML 2020,
        section 3.
    """
    reach = kth_neighbour_distances(real, k)
    balls = torch.cat([(rows <= reach).double().mean(1) for rows in distances(generated, real)])
    nearest = torch.cat([rows.min(1).values for rows in distances(real, generated)])
    return Estimate.of(balls * len(real) / k), Estimate.of((nearest <= reach).double())
