"""Where the pixels of a picture are, and how far they are from points and curves."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.random_fields import uniform_per_picture


class PixelGrid(NamedTuple):
    """Pixels' places in units of the shorter side, so that a stain has the same look at every resolution.

    Args:
        x: from the left edge, (1, 1, 1, width).
        y: from the upper edge, (1, 1, height, 1).
        width: of the picture; 1 or more.
        height: of the picture; 1 or more.
        pixel: the side of a pixel.
    """

    x: Tensor
    y: Tensor
    width: float
    height: float
    pixel: float


def pixel_grid(pictures: Float[Tensor, "batch channels height width"]) -> PixelGrid:
    """The places of the pixels' centres, on the pictures' device."""
    height, width = pictures.shape[2:]
    pixel = 1 / min(height, width)
    x, y = (
        (torch.arange(side, dtype=pictures.dtype, device=pictures.device) + 0.5) * pixel for side in (width, height)
    )
    return PixelGrid(x[None, None, None], y[None, None, :, None], width * pixel, height * pixel, pixel)


Point = tuple[Tensor, Tensor]
"""x and y, (batch, 1, 1, 1) each: a point for each picture."""


def random_point(x: Float[Tensor, "batch channels height width"], at: PixelGrid) -> Point:
    """A point for each picture, anywhere on it."""
    return uniform_per_picture(x, 0.0, at.width), uniform_per_picture(x, 0.0, at.height)


def quadratic_bezier(start: Point, end: Point, bend: Tensor, pieces: int = 6) -> list[Point]:
    """Points along a quadratic Bézier curve.

    Args:
        start: its first point.
        end: its last one.
        bend: how far its middle is from the straight line, as a share of its length, (batch, 1, 1, 1).
        pieces: how many straight pieces stand for the curve.
    """
    (x0, y0), (x2, y2) = start, end
    x1 = (x0 + x2) / 2 - 2 * bend * (y2 - y0)
    y1 = (y0 + y2) / 2 + 2 * bend * (x2 - x0)
    shares = [piece / pieces for piece in range(pieces + 1)]
    return [
        ((1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t**2 * x2, (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t**2 * y2)
        for t in shares
    ]


def distance_to_polyline(points: Sequence[Point], at: PixelGrid) -> Float[Tensor, "batch 1 height width"]:
    """The distance of each pixel to the nearest of the straight pieces between points, in shorter sides."""
    pieces = [_squared(start, end, at) for start, end in pairwise(points)]
    nearest = pieces[0]
    for piece in pieces[1:]:
        nearest = torch.minimum(nearest, piece)
    return nearest.sqrt()


def _squared(start: Point, end: Point, at: PixelGrid) -> Tensor:
    """Squared distances to one straight piece: across it, and past its ends."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    length = (dx**2 + dy**2).sqrt()
    dx, dy = torch.where(length > 0, dx / length, 1.0), torch.where(length > 0, dy / length, 0.0)
    along = (at.x - x0) * dx + (at.y - y0) * dy
    across = (at.y - y0) * dx - (at.x - x0) * dy
    past = along - torch.minimum(along.clamp(min=0), length)
    return across**2 + past**2


def pixel_coverage(distance: Tensor, radius: Tensor, at: PixelGrid) -> Tensor:
    """How much of a pixel is nearer than `radius`, 0 to 1: the edge is as soft as a pixel is wide."""
    return ((radius - distance) / at.pixel + 0.5).clamp(0, 1)
