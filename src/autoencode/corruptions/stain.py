"""Coffee rings and blots."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.geometry import PixelGrid, Point, pixel_grid, random_point
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise

_MOST = 3
"""Stains on a picture."""
_DROPS = 5
"""Drops in a blot."""
_COFFEE, _INK = (0.55, 1.0, 1.7), (1.25, 1.1, 0.75)
"""How strongly each swallows red, green and blue, against the mean."""


class _Paper(NamedTuple):
    """How a picture takes up a liquid: smooth random fields, (batch, 1, height, width), that its stains share.

    Args:
        at: where the pixels are.
        uneven: how ragged edges are.
        clouds: how density varies inside of a stain.
        wet: where a cup was wet.
        broad: where its ring is broad.
        drops: highest where splashes fall.
    """

    at: PixelGrid
    uneven: Tensor
    clouds: Tensor
    wet: Tensor
    broad: Tensor
    drops: Tensor


@register_corruption("stain", "a darkness", 0.0, 1.0)
@dataclass(frozen=True)
class Stain(BaseCorruption):
    """Rings of cups and blots with soft, ragged edges, brown as coffee or dark as ink; what lies below shines through.

    A liquid that dries leaves most of its colour at its edge. Light is swallowed as in a layer of dye, so that stains
    over stains are darker and print under them stays darker than paper.

    Args:
        amount: the share of the light that the densest places swallow.

    References:
        Deegan et al., "Capillary flow as the cause of ring stains from dried liquid drops", Nature 389, 1997, on dark
        edges; the absorption is the law of Beer and Lambert. Compare the stained sheets of NoisyOffice, UCI Machine
        Learning Repository.
    """

    amount: Amount = 0.6
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures behind one to three stains."""
        uneven, clouds = value_noise(x, 7.0, 4), value_noise(x, 6.0, 4)
        wet, broad, drops = value_noise(x, 5.0), value_noise(x, 5.0), value_noise(x, 27.0)
        paper, density = _Paper(pixel_grid(x), uneven, clouds, wet, broad, drops), -(1 - 0.98 * amount).log()
        for stain in range(_MOST):
            here = uniform_per_picture(x) < (1.0 if stain == 0 else 0.5)
            is_ring = uniform_per_picture(x) < 0.6
            layer = torch.where(is_ring, _ring(x, paper), _blot(x, paper))
            dye = _dye(x, is_ring | (uniform_per_picture(x) < 0.6))
            x = x * (-density * torch.where(here, layer, torch.zeros_like(layer)) * dye).exp()
        return x


def _ring(x: Tensor, paper: _Paper) -> Tensor:
    """What a cup leaves: a thin line at the outer edge, a band inside of it, broad on one side, and gaps."""
    at, squeezed = paper.at, uniform_per_picture(x, 0.93, 1.07)
    inside = uniform_per_picture(x, 0.15, 0.45) - _distance(random_point(x, at), at, squeezed) - 0.004 * paper.uneven
    band = uniform_per_picture(x, 0.01, 0.06) * (0.9 * paper.broad).exp()
    wet = (1.5 * paper.wet + uniform_per_picture(x, -0.5, 1.5)).sigmoid()
    line = (-((inside / (0.25 * band + at.pixel)) ** 2)).exp()
    filled = (3 - 3 * inside / band).sigmoid()
    pool = 0.06 * uniform_per_picture(x) * (1 + paper.clouds)
    layer = (0.55 * filled + 0.45 * line) * wet * (1 + 0.2 * paper.clouds) + pool
    return (_edge(x, inside, at) * layer + _splashes(x, inside, paper)).clamp(0, 1)


def _blot(x: Tensor, paper: _Paper) -> Tensor:
    """What was spilled: drops that ran together, darkest at their edge."""
    at = paper.at
    centre, radius = random_point(x, at), uniform_per_picture(x, 0.05, 0.2)
    height = torch.zeros_like(x[:, :1])
    for _ in range(_DROPS):
        drop = _distance(_near(x, centre, radius), at, 1.0) / (radius * uniform_per_picture(x, 0.3, 0.9))
        height = height + (-(drop**2)).exp()
    inside = 0.5 * radius * (height.clamp(min=1e-6).log() + 1) + 0.008 * paper.uneven
    rim = (-inside.clamp(min=0) / uniform_per_picture(x, 0.006, 0.02)).exp()
    body = uniform_per_picture(x, 0.25, 0.75) * (1 + 0.25 * paper.clouds)
    return (_edge(x, inside, at) * (body + 0.4 * rim) + _splashes(x, inside, paper)).clamp(0, 1)


def _distance(centre: Point, at: PixelGrid, squeezed: Tensor | float) -> Tensor:
    px, py = centre
    return (((at.x - px) * squeezed) ** 2 + ((at.y - py) / squeezed) ** 2).sqrt()


def _near(x: Tensor, centre: Point, radius: Tensor) -> Point:
    px, py = centre
    return px + radius * uniform_per_picture(x, -1.0, 1.0), py + radius * uniform_per_picture(x, -1.0, 1.0)


def _edge(x: Tensor, inside: Tensor, at: PixelGrid) -> Tensor:
    """From 0 outside to 1 inside, over a few pixels."""
    return (inside / (uniform_per_picture(x, 0.002, 0.006) + at.pixel / 2)).sigmoid()


def _splashes(x: Tensor, inside: Tensor, paper: _Paper) -> Tensor:
    """A few drops round about."""
    near = (-((inside.clamp(max=0) / 0.1) ** 2)).exp() * (inside < 0)
    return 0.6 * near * ((paper.drops - uniform_per_picture(x, 2.0, 3.0)) / 0.1).sigmoid()


def _dye(x: Tensor, is_coffee: Tensor) -> Tensor:
    """What each picture's stain does to each channel, (batch, channels, 1, 1); of mean 1."""
    if x.shape[1] != 3:
        return x.new_ones((1, 1, 1, 1))
    coffee, ink = (x.new_tensor(dye)[:, None, None] for dye in (_COFFEE, _INK))
    brown = torch.where(is_coffee, uniform_per_picture(x, 0.6, 1.0), uniform_per_picture(x, 0.0, 0.3))
    dyes = brown * coffee + (1 - brown) * ink
    return dyes / dyes.mean(1, keepdim=True)
