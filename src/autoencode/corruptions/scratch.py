"""Scratched photographs and films."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.geometry import (
    PixelGrid,
    distance_to_polyline,
    pixel_coverage,
    pixel_grid,
    quadratic_bezier,
    random_point,
)
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise


@register_corruption("scratch", "a number of scratches", 0.0, 100.0)
@dataclass(frozen=True)
class Scratch(BaseCorruption):
    """Thin lines, most of them light, nearly straight, and broken where the tool left the surface.

    Args:
        amount: how many; of 2.5 a picture has 2 or 3.

    References:
        Kokaram, Motion Picture Restoration, Springer, 1998, on line scratches.
    """

    amount: Amount = 6.0
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures with scratches."""
        at, number = pixel_grid(x), (amount + uniform_per_picture(x)).floor()
        for scratch in range(math.ceil(self.scale.bounds(self.amount)[1])):
            cover = torch.where(scratch < number, _scratch(x, at), x.new_zeros(()))
            light = torch.where(
                uniform_per_picture(x) < 0.75, uniform_per_picture(x, 0.8, 1.0), uniform_per_picture(x, 0.0, 0.2)
            )
            x = x + cover * (light - x)
        return x


def _scratch(x: Tensor, at: PixelGrid) -> Tensor:
    """How much of each pixel it covers, 0 to 1."""
    start, length, turn = (
        random_point(x, at),
        uniform_per_picture(x, -2.5, 0.2).exp(),
        uniform_per_picture(x, 0.0, 2 * math.pi),
    )
    end = (start[0] + length * turn.cos(), start[1] + length * turn.sin())
    radius = at.pixel * uniform_per_picture(x, 0.25, 0.6) + uniform_per_picture(x, 0.0, 0.0012)
    depth = (uniform_per_picture(x, 0.3, 1.2) + 0.8 * value_noise(x, 10.0, 2)).clamp(0, 1)
    return depth * pixel_coverage(
        distance_to_polyline(quadratic_bezier(start, end, uniform_per_picture(x, -0.06, 0.06)), at), radius, at
    )
