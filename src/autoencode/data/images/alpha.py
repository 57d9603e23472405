"""Lays pictures with an alpha channel on white paper."""

import torch
from jaxtyping import Shaped
from torch import Tensor

_CHUNK = 256  # pictures at a time: the sums need four times the room of the bytes


def composite_on_white(pictures: Shaped[Tensor, "n 4 h w"]) -> Shaped[Tensor, "n 3 h w"]:
    """Composites red, green, blue and alpha over white.

    Args:
        pictures: uint8 (0-255) or floats (0-1), alpha in the last channel.

    Returns:
        The same type, without alpha.
    """
    result = pictures.new_empty((len(pictures), 3, *pictures.shape[2:]))
    for start in range(0, len(pictures), _CHUNK):
        result[start : start + _CHUNK] = _composited(pictures[start : start + _CHUNK])
    return result


def _composited(pictures: Tensor) -> Tensor:
    if pictures.dtype == torch.uint8:
        return _composited(pictures.float() / 255).mul_(255).round_().to(torch.uint8)
    colours, alpha = pictures[:, :3], pictures[:, 3:]
    return colours * alpha + (1 - alpha)
