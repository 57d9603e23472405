"""Which examples have near codes."""

import itertools
import math

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from autoencode.evaluation.neighbours import distances
from autoencode.runtime.seeding import seeded_rng

_SAMPLED_PAIRS = 10_000


def nearest(
    queries: Float[Tensor, "m numbers"], codes: Float[Tensor, "n numbers"], n: int
) -> tuple[Float[Tensor, "m k"], Int64[Tensor, "m k"]]:
    """Euclidean distances to the nearest codes, the nearest first, and their places; at most `n` of each.

    Args:
        queries: codes whose neighbours are wanted.
        codes: those that are searched.
        n: how many neighbours.
    """
    found = [rows.topk(min(n, len(codes)), largest=False) for rows in distances(queries, codes)]
    return torch.cat([each.values for each in found]), torch.cat([each.indices for each in found])


def typical_distance(codes: Float[Tensor, "n numbers"]) -> float:
    """The median distance of two codes, over 10,000 pairs by chance; NaN for a single code.

    Args:
        codes: of examples.
    """
    n = len(codes)
    if n < 2:
        return math.nan
    with seeded_rng(0):
        first = torch.randint(n, (_SAMPLED_PAIRS,))
        second = (first + torch.randint(1, n, (_SAMPLED_PAIRS,))) % n
    return float((codes[first] - codes[second]).norm(dim=1).median())


def groups_within(codes: Float[Tensor, "n numbers"], limit: float) -> list[list[int]]:
    """Groups of codes that are linked by distances of at most `limit`, the largest group first; single ones left out.

    Args:
        codes: of examples.
        limit: the largest distance of a link.
    """
    leader = list(range(len(codes)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = place = leader[leader[place]]
        return place

    start = 0
    for rows in distances(codes, codes):
        for row, column in (rows <= limit).nonzero().tolist():
            if column > start + row:
                leader[find(column)] = find(start + row)
        start += len(rows)
    by_leader = sorted(range(len(codes)), key=find)
    groups = [list(group) for _, group in itertools.groupby(by_leader, find)]
    return sorted((sorted(group) for group in groups if len(group) > 1), key=lambda group: (-len(group), group))
