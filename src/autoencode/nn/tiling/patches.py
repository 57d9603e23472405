"""Pieces of a picture, with reflection beyond its edges."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

PatchFunction = Callable[[UInt8[Tensor, "n channels height width"]], Float[Tensor, "n channels height width"]]
"""A function from a batch of pieces in uint8 to as many of the same size, in [0, 1]."""


def crop_reflected(
    picture: UInt8[Tensor, "channels height width"], top: int, left: int, size: tuple[int, int]
) -> UInt8[Tensor, "channels piece_height piece_width"]:
    """A piece of a picture; beyond the edges the picture is reflected, repeatedly if necessary.

    Args:
        picture: uint8, on the CPU.
        top: the first row, which may be negative.
        left: the first column, which may be negative.
        size: (height, width) of the piece.
    """
    rows = reflect_indices(top, size[0], picture.shape[1])
    return picture[:, rows[:, None], reflect_indices(left, size[1], picture.shape[2])]


def reflect_indices(start: int, length: int, side: int) -> Int64[Tensor, " length"]:
    """The indices of the pixels at the positions `start`, `start` + 1, …: 0 1 2 3 is followed by 2 1 0 1 2.

    Example:
        >>> reflect_indices(-2, 8, 3).tolist(), reflect_indices(-2, 4, 1).tolist()
        ([2, 1, 0, 1, 2, 1, 0, 1], [0, 0, 0, 0])
    """
    period = max(1, 2 * (side - 1))
    places = torch.arange(start, start + length) % period
    return torch.minimum(places, period - places)


def to_uint8(x: Float[Tensor, "..."]) -> UInt8[Tensor, "..."]:
    """Values, clamped to [0, 1], as uint8 on the CPU."""
    return (x.clamp(0, 1) * 255).round().to(torch.uint8).cpu()
