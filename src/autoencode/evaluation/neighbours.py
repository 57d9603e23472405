"""Distances to the nearest of many points, a chunk at a time."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, ShapeError

_CHUNK_VALUES = 2**24


def kth_neighbour_distances(x: Float[Tensor, "n dims"], k: int) -> Float[Tensor, " n"]:
    """The distance of each point to its k-th nearest other point.

    Raises:
        ArgumentError: there are not so many other points.
    """
    if not 1 <= k < len(x):
        raise ArgumentError(f"{len(x)} points have no {k} nearest others: give more points, or a smaller k")
    return torch.cat([rows.kthvalue(k + 1, dim=1).values for rows in distances(x, x)])


def distances(x: Float[Tensor, "n dims"], y: Float[Tensor, "m _dims"]) -> Iterator[Float[Tensor, "chunk m"]]:
    """Euclidean distances of some rows of `x` at a time to all of `y`; of a point to itself exactly 0.

    Raises:
        ShapeError: points of different spaces.
    """
    if x.shape[1] != y.shape[1]:
        raise ShapeError(f"points of {x.shape[1]} and {y.shape[1]} numbers are not in one space")
    chunk = max(1, _CHUNK_VALUES // len(y))
    exact = "donot_use_mm_for_euclid_dist"
    return (torch.cdist(rows, y, compute_mode=exact) for rows in x.split(chunk))
