"""Many small pictures in a few large ones."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from autoencode.evaluation.map.content import Look

COLUMNS = 32
_EACH = COLUMNS * COLUMNS
_SIDES = (64, 48, 32, 24, 16)
_TRIED = 256


@dataclass(frozen=True)
class Sheets:
    """Thumbnails of the first so many points.

    Args:
        files: WebP, each with 32 rows of 32 thumbnails, the last one with fewer.
        width: of a thumbnail, in pixels.
        height: the same.
        n: how many there are in all.
    """

    files: Sequence[bytes]
    width: int
    height: int
    n: int


def sheets(look: Look, n: int, budget: int) -> Sheets:
    """As large as will fit: smaller thumbnails before fewer of them.

    Args:
        look: gives the pictures.
        n: how many points there are.
        budget: bytes for all files together.
    """
    width, height = _fitting(look, n, budget)
    files, used, shown = list[bytes](), 0, 0
    for start in range(0, n, _EACH):
        rows = torch.arange(start, min(start + _EACH, n))
        file = _file(look(rows), width, height)
        if used + len(file) > budget:
            break
        files.append(file)
        used, shown = used + len(file), shown + len(rows)
    return Sheets(files, width, height, shown)


def _fitting(look: Look, n: int, budget: int) -> tuple[int, int]:
    """The largest size in which all are likely to fit, else the smallest; never larger than the pictures."""
    tried = look(torch.arange(min(n, _TRIED)))
    own = max(tried.shape[-2:])
    sizes = [_scaled(tried, side) for side in (min(own, _SIDES[0]), *(side for side in _SIDES if side < own))]
    for width, height in sizes:
        if len(_file(tried, width, height)) / len(tried) * n * 1.03 <= budget:
            return width, height
    return sizes[-1]


def _scaled(pictures: Tensor, side: int) -> tuple[int, int]:
    height, width = pictures.shape[-2:]
    factor = side / max(height, width)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _file(pictures: Tensor, width: int, height: int) -> bytes:
    file = io.BytesIO()
    sheet(pictures, width, height).save(file, format="webp", quality=80, method=4)
    return file.getvalue()


def sheet(pictures: Tensor, width: int, height: int) -> Image.Image:
    """Up to 1,024 pictures, (k, channels, height, width) in [0, 1], in rows of 32; grey where there are not three
    channels.
    """
    x = pictures.detach().cpu().float().nan_to_num().clamp(0, 1)
    x = (
        x.expand(-1, 3, -1, -1)
        if x.shape[1] == 1
        else x
        if x.shape[1] == 3
        else x.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    )
    if tuple(x.shape[-2:]) != (height, width):
        x = F.interpolate(x, (height, width), mode="bilinear", antialias=True)
    rows = -(-len(x) // COLUMNS)
    laid = torch.zeros(rows * COLUMNS, 3, height, width)
    laid[: len(x)] = x
    laid = laid.reshape(rows, COLUMNS, 3, height, width).permute(0, 3, 1, 4, 2)
    pixels = (laid.reshape(rows * height, COLUMNS * width, 3) * 255).round().numpy().astype(np.uint8)
    return Image.fromarray(pixels)
