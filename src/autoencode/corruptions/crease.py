"""Paper that was folded or crumpled."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.geometry import PixelGrid, pixel_grid, random_point
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise

_FOLDS, _CRUMPLES = 3, 10
_GREY, _SHADE, _LINE = 0.1, 0.35, 0.8  # of flat paper, shaded sides and worn lines at the amount 1


class _Paper(NamedTuple):
    """What its creases have in common.

    Args:
        at: where its pixels are.
        uneven: how far a crease strays from its straight line, in shorter sides, (batch, 1, height, width).
        loose: how easily ink comes off, 0 to 1, (batch, 1, height, width).
    """

    at: PixelGrid
    uneven: Tensor
    loose: Tensor


class _Light(NamedTuple):
    """How light falls on the paper, (batch, 1, height, width) each.

    Args:
        shade: above 0 where paper slopes towards the light, below 0 where away from it; about -1 to 1.
        worn: where a crease has rubbed off ink and shows bare paper, 0 to 1.
    """

    shade: Tensor
    worn: Tensor


@register_corruption("crease", "a depth", 0.0, 1.0)
@dataclass(frozen=True)
class Crease(BaseCorruption):
    """Folds straight across the sheet and short ones of crumpled paper: slopes in light and shade, and worn lines.

    Some pictures have folds only, as of a letter; some are crumpled as well. Light paper gets no lighter: flat paper
    is a little grey, and slopes towards the light are less so.

    Args:
        amount: how deep, from 0 for flat paper to 1.

    References:
        Compare the folded and wrinkled sheets of NoisyOffice, UCI Machine Learning Repository.
    """

    amount: Amount = 0.5
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures on creased paper."""
        paper = _Paper(pixel_grid(x), 0.003 * value_noise(x, 5.0, 3), (0.4 + 0.6 * value_noise(x, 16.0, 4)).clamp(0, 1))
        folds, crumples = (
            (1 + _FOLDS * uniform_per_picture(x)).floor(),
            (1 + _CRUMPLES * uniform_per_picture(x, -1.0, 1.0)).floor(),
        )
        shade, worn = 0.3 * value_noise(x, 4.0, 2), torch.zeros_like(x[:, :1])
        for number in range(_FOLDS + _CRUMPLES):
            here = number < folds if number < _FOLDS else number - _FOLDS < crumples
            light = _fold(x, paper) if number < _FOLDS else _crumple(x, paper)
            shade = shade + torch.where(here, light.shade, torch.zeros_like(shade))
            worn = torch.maximum(worn, torch.where(here, light.worn, torch.zeros_like(worn)))
        light = 1 - amount * (_GREY - _SHADE * shade.tanh()).clamp(min=0)
        return x * light + amount * _LINE * worn * (0.97 - x * light)


def _fold(x: Tensor, paper: _Paper) -> _Light:
    """A fold straight across, along an edge of the sheet or nearly so."""
    turn = torch.where(uniform_per_picture(x) < 0.5, 0.0, math.pi / 2) + uniform_per_picture(x, -0.08, 0.08)
    return _line(x, paper, turn, reach=uniform_per_picture(x, 0.05, 0.2), length=None)


def _crumple(x: Tensor, paper: _Paper) -> _Light:
    """A short crease in any direction."""
    return _line(
        x,
        paper,
        uniform_per_picture(x, 0.0, math.pi),
        reach=uniform_per_picture(x, 0.03, 0.12),
        length=uniform_per_picture(x, 0.1, 0.4),
    )


def _line(x: Tensor, paper: _Paper, turn: Tensor, reach: Tensor, length: Tensor | None) -> _Light:
    at = paper.at
    (px, py), side = random_point(x, at), torch.where(uniform_per_picture(x) < 0.5, -1.0, 1.0)
    along = (at.x - px) * turn.cos() + (at.y - py) * turn.sin()
    across = (at.y - py) * turn.cos() - (at.x - px) * turn.sin() + paper.uneven
    width = 0.6 * at.pixel + uniform_per_picture(x, 0.0, 0.0015)
    slope = side * (across / width).tanh() * (-across.abs() / reach).exp()
    worn = (-((across / width) ** 2)).exp() * paper.loose
    if length is None:
        return _Light(uniform_per_picture(x, 0.4, 1.0) * slope, worn)
    fading = (-((along / length) ** 2)).exp()
    return _Light(uniform_per_picture(x, 0.6, 1.4) * slope * fading, 0.7 * worn * fading)
