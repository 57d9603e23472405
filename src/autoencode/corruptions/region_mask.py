"""Missing pieces."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.geometry import PixelGrid, distance_to_polyline, pixel_grid, quadratic_bezier, random_point
from autoencode.corruptions.random_fields import uniform_per_picture

_MOST = 8
"""Pieces in a picture."""


@register_corruption("region-mask", "a share of the picture", 0.0, 1.0)
@dataclass(frozen=True)
class RegionMask(BaseCorruption):
    """Rectangles and strokes of a brush are missing, in one colour: what inpainting learns to fill.

    Pieces are put down until the share is reached; it may be missed by a little. The colour is black, white, or any
    other, with equal chances.

    Args:
        amount: the share of the picture.

    References:
        Pathak et al., "Context encoders: feature learning by inpainting", CVPR 2016, on region masks; Liu et al.,
        "Image inpainting for irregular holes using partial convolutions", ECCV 2018, on strokes.
    """

    amount: Amount = 0.15
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures with pieces painted over."""
        at, missing = pixel_grid(x), torch.zeros_like(x[:, :1], dtype=torch.bool)
        for piece in range(_MOST):
            covered = missing.to(x.dtype).mean((2, 3), keepdim=True)
            share = (amount - covered) / (1 - covered).clamp(min=1e-6)  # as some of it will lie on other pieces
            area = share * at.width * at.height * (uniform_per_picture(x, 0.3, 0.9) if piece < _MOST - 1 else 1.0)
            shape = torch.where(uniform_per_picture(x) < 0.5, _rectangle(x, at, area), _stroke(x, at, area))
            missing = missing | ((shape > 0) & (area > at.pixel**2 / 2))
        return torch.where(missing, _colour(x), x)


def _rectangle(x: Tensor, at: PixelGrid, area: Tensor) -> Tensor:
    """Above 0 inside an upright rectangle."""
    flat = uniform_per_picture(x, -1.0, 1.0).exp()
    wide = (area.clamp(min=0) * flat).sqrt().clamp(max=at.width)
    high = (area.clamp(min=0) / wide.clamp(min=1e-6)).clamp(max=at.height)
    centre = [
        half + uniform_per_picture(x) * (side - 2 * half)
        for half, side in ((wide / 2, at.width), (high / 2, at.height))
    ]
    return torch.minimum(wide / 2 - (at.x - centre[0]).abs(), high / 2 - (at.y - centre[1]).abs())


def _stroke(x: Tensor, at: PixelGrid, area: Tensor) -> Tensor:
    """Above 0 inside a bent stroke with round ends: a brush of radius r that moves by l covers 2 r l + π r²."""
    slim = uniform_per_picture(x, 3.0, 10.0)  # length over radius
    radius = (area.clamp(min=0) / (2 * slim + math.pi)).sqrt()
    length, turn = radius * slim, uniform_per_picture(x, 0.0, 2 * math.pi)
    start = random_point(x, at)
    end = (start[0] + length * turn.cos(), start[1] + length * turn.sin())
    return radius - distance_to_polyline(quadratic_bezier(start, end, uniform_per_picture(x, -0.3, 0.3)), at)


def _colour(x: Tensor) -> Tensor:
    """One for each picture, (batch, channels, 1, 1)."""
    any_, which = torch.rand_like(x[:, :, :1, :1]), uniform_per_picture(x, 0.0, 3.0)
    return torch.where(which < 1, torch.zeros_like(any_), torch.where(which < 2, torch.ones_like(any_), any_))
