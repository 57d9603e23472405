"""Patches cut from pictures of any size: what a model learns from that works on every neighbourhood alike."""

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import torch
from torch import Tensor

from autoencode.data.images.formats import Numbers
from autoencode.runtime.seeding import derive_seed

_CUT = 5


def corners(length: int, patch: int) -> list[int]:
    """Where patches begin along one side: at even distances of half a patch or less, the last one at the very end.

    Example:
        >>> corners(100, 40), corners(40, 40), corners(17, 40)
        ([0, 20, 40, 60], [0], [0])
    """
    if length <= patch:
        return [0]
    count = -(-2 * (length - patch) // patch) + 1
    return [round(place * (length - patch) / (count - 1)) for place in range(count)]


def count_patches(height: int, width: int, patch: int) -> int:
    """How many patches a picture of this size is cut into."""
    return len(corners(height, patch)) * len(corners(width, patch))


def cut_patches(picture: Numbers, patch: int) -> Iterator[Numbers]:
    """The patches of a picture, row by row; one smaller than a patch is continued by its own mirror image.

    Args:
        picture: (channels, height, width).
        patch: height and width of a patch.

    Yields:
        (channels, patch, patch).
    """
    height, width = picture.shape[1:]
    if height < patch or width < patch:
        missing = ((0, 0), (0, max(0, patch - height)), (0, max(0, patch - width)))
        picture = np.pad(picture, missing, mode="symmetric")
    for top, left in product(corners(height, patch), corners(width, patch)):
        yield picture[:, top : top + patch, left : left + patch]


def split_regions(height: int, width: int, patch: int) -> list[tuple[slice, slice]]:
    """Rows and columns of the regions that a picture is divided into: two patches a side or about that, row by row.

    Example:
        >>> split_regions(100, 300, 50)
        [(slice(0, 100, None), slice(0, 100, None)), (slice(0, 100, None), slice(100, 200, None)), \
(slice(0, 100, None), slice(200, 300, None))]
    """
    rows, columns = (_divided(length, max(1, round(length / (2 * patch)))) for length in (height, width))
    return list(product(rows, columns))


def _divided(length: int, count: int) -> list[slice]:
    edges = [length * place // count for place in range(count + 1)]
    return [slice(first, last) for first, last in pairwise(edges)]


def subsample_patches(counts: list[int], most: int) -> list[Tensor]:
    """Which patches of each picture are kept where all would be too many: as many of each, chosen at random.

    Args:
        counts: how many patches each picture has.
        most: patches in all.

    Returns:
        For each picture the places of its patches, in order.
    """
    share = fair_share(counts, most)
    return [_chosen(count, min(count, share), number) for number, count in enumerate(counts)]


def fair_share(counts: list[int], most: int) -> int:
    """The largest number of patches of one picture that keeps all within `most`; at least 1.

    Args:
        counts: how many patches each picture has.
        most: patches in all.
    """
    share, left = 1, sorted(counts)
    for number, count in enumerate(left):
        rest = len(left) - number
        if count * rest + sum(left[:number]) > most:
            return max(share, (most - sum(left[:number])) // rest)
        share = count
    return share


def _chosen(count: int, share: int, number: int) -> Tensor:
    generator = torch.Generator().manual_seed(derive_seed(0, _CUT, number))
    return torch.randperm(count, generator=generator)[:share].sort().values
