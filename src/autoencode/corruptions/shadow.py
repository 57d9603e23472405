"""Uneven light."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.geometry import PixelGrid, pixel_grid, random_point
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise


@register_corruption("shadow", "a depth", 0.0, 1.0)
@dataclass(frozen=True)
class Shadow(BaseCorruption):
    """Light that falls off to one side, and the soft shadow of a hand or a telephone, as in photographs of paper.

    Args:
        amount: the share of the light that is missing where it is darkest, at most.

    References:
        Bako et al., "Removing shadows from images of documents", ACCV 2016: a picture is what it shows times a
        smooth map of the light.
    """

    amount: Amount = 0.5
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures in uneven light."""
        at = pixel_grid(x)
        gradient, cast = _gradient(x, at), _cast(x, at)
        both = torch.where(uniform_per_picture(x) < 0.5, cast, torch.zeros_like(cast))
        return x * (1 - amount * (1 - (1 - gradient) * (1 - both)))


def _gradient(x: Tensor, at: PixelGrid) -> Tensor:
    """From 0 where the light is to at most 1 on the far side."""
    turn = uniform_per_picture(x, 0.0, 2 * math.pi)
    slope = (at.x / at.width - 0.5) * turn.cos() + (at.y / at.height - 0.5) * turn.sin()
    return uniform_per_picture(x, 0.2, 0.8) * (0.5 + 0.7 * slope + 0.08 * value_noise(x, 3.0, 2)).clamp(0, 1)


def _cast(x: Tensor, at: PixelGrid) -> Tensor:
    """A shadow with a curved, soft edge that enters from one side."""
    (px, py), turn = random_point(x, at), uniform_per_picture(x, 0.0, 2 * math.pi)
    across = (at.x - px) * turn.cos() + (at.y - py) * turn.sin() + 0.12 * value_noise(x, 3.5, 2)
    return uniform_per_picture(x, 0.3, 0.7) * (across / uniform_per_picture(x, 0.01, 0.08)).sigmoid()
