"""How many generated examples are like real ones, and how many kinds of real ones are generated."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.neighbours import distances, kth_neighbour_distances


def precision_recall(
    real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], k: int = 3
) -> tuple[Estimate, Estimate]:
    """Improved precision and recall, in the space of some network's features.

    Each set stands for the balls round its points that reach to the k-th nearest other one. Precision is the share of
    generated points inside a ball of the real ones, recall the share of real points inside a ball of the generated
    ones. Both depend on the number of points; compare sets of one size.

    Args:
        real: features of real examples.
        generated: of generated ones, as many.
        k: which neighbour a ball reaches to; 3 in the paper.

    Returns:
        Precision and recall; their standard errors are over the points judged, the other set's balls taken as given.

    References:
        Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models", NeurIPS 2019,
        equations 1 and 2.
    """
    precision = Estimate.of(in_any_ball(generated, real, kth_neighbour_distances(real, k)).double())
    return precision, Estimate.of(in_any_ball(real, generated, kth_neighbour_distances(generated, k)).double())


def in_any_ball(
    x: Float[Tensor, "n dims"], centres: Float[Tensor, "m _dims"], reach: Float[Tensor, " m"]
) -> Bool[Tensor, " n"]:
    """Which points lie inside the ball of at least one centre."""
    return torch.cat([(rows <= reach).any(1) for rows in distances(x, centres)])
