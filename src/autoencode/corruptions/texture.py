"""The relief of the sheet."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise


@register_corruption("texture", "a darkness", 0.0, 1.0)
@dataclass(frozen=True)
class Texture(BaseCorruption):
    """Lines of laid paper, folds of leather and cloth, or coarse grain, as light from the side shows them.

    Args:
        amount: the share of the light that is missing in the deepest places.

    References:
        Laid lines: Johnson, Johnson and Erdmann, "Signal processing and analyzing works of art", SPIE 8869, 2013; what
        is seen is the product of picture and shade.
    """

    amount: Amount = 0.4
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures on a rough sheet."""
        kind = torch.randint(4, (len(x), 1, 1, 1), device=x.device)
        relief = torch.where(kind == 0, _lines(x), torch.where(kind == 1, _lines(x.mT).mT, _leather(x)))
        relief = torch.where(kind == 3, _grain(x), relief)
        uneven = (0.8 + 0.4 * value_noise(x, 3.0)).clamp(0, 1)
        return x * (1 - amount * uneven * (0.5 + 0.3 * relief).clamp(0, 1))


def _lines(x: Tensor) -> Tensor:
    """Nearly parallel lines along the width, 3 to 16 pixels apart, of mean 0 and a standard deviation of about one."""
    height, width = x.shape[2:]
    rows, columns = max(2, round(height / 3)), max(2, round(width / 24))
    fine = F.interpolate(x.new_empty((len(x), 1, rows, columns)).normal_(), (height, width), mode="bicubic")
    coarse = x.new_empty((len(x), 1, max(2, rows // 4), max(2, columns // 2))).normal_()
    coarse = F.interpolate(coarse, (height, width), mode="bicubic")
    share = uniform_per_picture(x)
    return share * fine + (1 - share) * 1.4 * coarse


def _leather(x: Tensor) -> Tensor:
    """Thin dark folds around bright cells."""
    cells = min(x.shape[2:]) / 10
    folds = 1 - 2.5 * value_noise(x, cells, 3).abs()
    return folds + 0.3 * value_noise(x, 2 * cells)


def _grain(x: Tensor) -> Tensor:
    """Noise from pixel to pixel, sharp or a little soft."""
    noise = torch.randn_like(x[:, :1])
    soft = 3 * F.avg_pool2d(F.pad(noise, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share = uniform_per_picture(x)
    return share * noise + (1 - share) * soft
