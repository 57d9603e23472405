"""Thumbnails in a few large pictures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from autoencode.views.map.content import LoadImages
from autoencode.views.pages import fitting, sheet

COLUMNS = 32
_EACH = COLUMNS * COLUMNS
_SIDES = (64, 48, 32, 24, 16)
_TRIED = 256


@dataclass(frozen=True)
class Sheets:
    """Thumbnails of the first so many points.

    Args:
        files: WebP, each with 32 rows of 32 thumbnails; the last one may have fewer.
        size: (width, height) of a thumbnail in pixels.
        n: how many there are in all.
    """

    files: Sequence[bytes]
    size: tuple[int, int]
    n: int


def sheets(load_images: LoadImages, n: int, budget: int) -> Sheets:
    """Thumbnails as large as the budget allows: they become smaller before they become fewer.

    Args:
        load_images: gives the pictures.
        n: how many points there are.
        budget: bytes for all files together.
    """
    size = _size(load_images, n, budget)
    files, used, shown = list[bytes](), 0, 0
    for start in range(0, n, _EACH):
        rows = torch.arange(start, min(start + _EACH, n))
        file = _file(load_images(rows), size)
        if used + len(file) > budget:
            break
        files.append(file)
        used, shown = used + len(file), shown + len(rows)
    return Sheets(files, size, shown)


def _size(load_images: LoadImages, n: int, budget: int) -> tuple[int, int]:
    """The largest size in which all are likely to fit, else the smallest; never larger than the pictures."""
    tried = load_images(torch.arange(min(n, _TRIED)))
    sizes = [fitting(tried, side) for side in _SIDES]
    for size in dict.fromkeys(sizes):
        if len(_file(tried, size)) / len(tried) * n * 1.03 <= budget:
            return size
    return sizes[-1]


def _file(pictures: Tensor, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    sheet(pictures, size, COLUMNS).save(file, format="webp", quality=80, method=4)
    return file.getvalue()
