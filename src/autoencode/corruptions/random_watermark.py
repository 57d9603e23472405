"""A translucent text or logo drawn at random."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_picture
from autoencode.corruptions.watermark_drawing import SIDE, watermark_sheets

_LEAST_ZOOM, _MOST_ZOOM = 0.4, 1.6
"""Size of a watermark, in that of its sheet of 256 pixels: letters of 12 to 180 pixels."""
_MAX_ANGLE = 0.8
"""Its largest angle, in radians, to both sides."""
_REPEATED = 0.35
"""The share of pictures that are covered by copies of their watermark."""
_WHITE, _BLACK = 0.5, 0.7
"""Up to the first share watermarks are white, from there to the second black, and then of any colour."""


@register_corruption("random-watermark", "an opacity", 0.0, 1.0)
@dataclass(frozen=True)
class RandomWatermark(BaseCorruption):
    """A translucent text or logo that is another one on each picture: to learn to remove watermarks of any kind.

    Words of random letters in the typefaces of this computer, outlines, and logos of simple shapes; of any place,
    size, angle and colour; alone or repeated all over the picture.

    Args:
        amount: the opacity, from 0 for none to 1; each picture draws its own from a range.

    References:
        Dekel et al., "On the effectiveness of visible watermarks", CVPR 2017, equation 1: the picture and the mark,
        mixed by the mark's opacity.
    """

    amount: Amount = (0.2, 0.6)
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures under their watermarks."""
        sheets = watermark_sheets().to(x)
        chosen = sheets[torch.randint(len(sheets), (len(x),), device=x.device)]
        opacity, second = F.grid_sample(chosen, _places(x), align_corners=False).split(1, 1)
        colour = _colours(x) * (1 - second) + _colours(x) * second
        return x + amount * opacity * (colour - x)


def _colours(x: Tensor) -> Tensor:
    """White, black or any other, (batch, channels, 1, 1)."""
    which, any_colour = uniform_per_picture(x), x.new_empty((*x.shape[:2], 1, 1)).uniform_()
    return torch.where(which < _WHITE, 1, torch.where(which < _BLACK, 0, any_colour))


def _places(x: Tensor) -> Tensor:
    """Where on its sheet each pixel lies, (batch, height, width, 2), from −1 to 1 across it."""
    height, width = x.shape[2:]
    across, down = (torch.arange(side, dtype=x.dtype, device=x.device) + 0.5 for side in (width, height))
    dx = across - uniform_per_picture(x, 0.1, 0.9)[:, 0] * width
    dy = down[:, None] - uniform_per_picture(x, 0.1, 0.9)[:, 0] * height
    turn = uniform_per_picture(x, -_MAX_ANGLE, _MAX_ANGLE)[:, 0] * (uniform_per_picture(x)[:, 0] < 0.6)
    zoom = (uniform_per_picture(x)[:, 0] * (torch.tensor(_MOST_ZOOM / _LEAST_ZOOM).log().item())).exp() * _LEAST_ZOOM
    u = 2 * (dx * turn.cos() + dy * turn.sin()) / (zoom * SIDE)
    v = 2 * (dy * turn.cos() - dx * turn.sin()) / (zoom * SIDE)
    places = torch.stack([u, v], -1)
    repeated = (uniform_per_picture(x) < _REPEATED).to(x.dtype)
    return places + repeated * ((places + 1).remainder(2) - 1 - places)
