"""Scratched photographs and films."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import Graded, kind
from autoencode.corruptions.draws import uniform
from autoencode.corruptions.plane import Plane, plane
from autoencode.corruptions.smooth_noise import smooth_noise
from autoencode.corruptions.strokes import bow, distance_to, draw_point, within


@kind("scratch", "a number of scratches", 0.0, 100.0)
@dataclass(frozen=True)
class Scratch(Graded):
    """Thin lines, most of them light, nearly straight, and broken where the tool left the surface.

    Args:
        amount: how many; of 2.5 a picture has 2 or 3.

    References:
        Kokaram, Motion Picture Restoration, Springer, 1998, on line scratches.
    """

    amount: Amount = 6.0
    pictures_only = True

    def spoil(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures with scratches."""
        at, number = plane(x), (amount + uniform(x)).floor()
        for scratch in range(math.ceil(self.scale.span(self.amount)[1])):
            cover = torch.where(scratch < number, _scratch(x, at), x.new_zeros(()))
            light = torch.where(uniform(x) < 0.75, uniform(x, 0.8, 1.0), uniform(x, 0.0, 0.2))
            x = x + cover * (light - x)
        return x


def _scratch(x: Tensor, at: Plane) -> Tensor:
    """How much of each pixel it covers, 0 to 1."""
    start, length, turn = draw_point(x, at), uniform(x, -2.5, 0.2).exp(), uniform(x, 0.0, 2 * math.pi)
    end = (start[0] + length * turn.cos(), start[1] + length * turn.sin())
    radius = at.pixel * uniform(x, 0.25, 0.6) + uniform(x, 0.0, 0.0012)
    depth = (uniform(x, 0.3, 1.2) + 0.8 * smooth_noise(x, 10.0, 2)).clamp(0, 1)
    return depth * within(distance_to(bow(start, end, uniform(x, -0.06, 0.06)), at), radius, at)
