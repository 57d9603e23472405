"""Distances between many points, computed in chunks."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, ShapeError

_CHUNK_VALUES = 2**24


def kth_neighbour_distances(x: Float[Tensor, "n dims"], k: int) -> Float[Tensor, " n"]:
    """The distance of each point to its k-th nearest other point.

    Raises:
        ArgumentError: there are not more than k points.
    """
    if not 1 <= k < len(x):
        raise ArgumentError(f"the {k} nearest neighbours need more than {k} points, not {len(x)}")
    return torch.cat([rows.kthvalue(k + 1, dim=1).values for rows in distances(x, x)])


def distances(x: Float[Tensor, "n dims"], y: Float[Tensor, "m _dims"]) -> Iterator[Float[Tensor, "chunk m"]]:
    """Euclidean distances from chunks of rows of `x` to all rows of `y`; exactly 0 between equal points.

    Raises:
        ShapeError: the points have different dimensions.
    """
    if x.shape[1] != y.shape[1]:
        raise ShapeError(f"points must have equal dimensions, not {x.shape[1]} and {y.shape[1]}")
    chunk = max(1, _CHUNK_VALUES // len(y))
    exact = "donot_use_mm_for_euclid_dist"
    return (torch.cdist(rows, y, compute_mode=exact) for rows in x.split(chunk))
