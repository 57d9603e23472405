"""Improved precision and recall of generated examples."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.neighbours import distances, kth_neighbour_distances


def precision_recall(
    real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], k: int = 3
) -> tuple[Estimate, Estimate]:
    """Improved precision and recall, in the feature space of a network.

    Each point has a ball that reaches to its k-th nearest neighbour in the same set. Precision is the share of
    generated points inside a ball of a real one, recall the share of real points inside a ball of a generated one. Both
    depend on the number of points: compare sets of equal size.

    Args:
        real: features of real examples.
        generated: features of equally many generated examples.
        k: a ball reaches to the k-th nearest neighbour; 3 in the paper.

    Returns:
        Precision and recall, with standard errors over the points of one set, the other set being fixed.

    References:
        Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models", NeurIPS 2019,
        equations 1 and 2.
    """
    precision = Estimate.of(in_any_ball(generated, real, kth_neighbour_distances(real, k)).double())
    return precision, Estimate.of(in_any_ball(real, generated, kth_neighbour_distances(generated, k)).double())


def in_any_ball(
    x: Float[Tensor, "n dims"], centres: Float[Tensor, "m _dims"], reach: Float[Tensor, " m"]
) -> Bool[Tensor, " n"]:
    """Which points lie inside at least one ball."""
    return torch.cat([(rows <= reach).any(1) for rows in distances(x, centres)])
