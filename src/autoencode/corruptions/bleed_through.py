"""Print of the other side."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.absorption import absorption
from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise

_TINT = (0.8, 1.0, 1.25)
"""Ink that comes through paper is browner than on its own side."""


@register_corruption("bleed-through", "a darkness", 0.0, 1.0)
@dataclass(frozen=True)
class BleedThrough(BaseCorruption):
    """Another page of the batch, mirrored, soft and faint, shines or soaks through the sheet.

    The next example of the batch is the back of each one; a batch of one has its own page behind it, upside down.

    Args:
        amount: the share of the light that the darkest ink of the back swallows.

    References:
        Tonazzini, Bedini and Salerno, "Independent component analysis for document restoration", IJDAR 7, 2004: what is
        seen is the product of both sides, the back one mirrored and blurred.
    """

    amount: Amount = 0.4
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures with their backs shining through."""
        back = x.roll(1, 0).flip(-1)
        if len(x) == 1:
            back = back.flip(-2)
        ink = 1 - back.mean(1, keepdim=True)
        soft = F.avg_pool2d(F.pad(ink, (1, 1, 1, 1), mode="replicate"), 3, 1)
        softer = F.avg_pool2d(F.pad(soft, (2, 2, 2, 2), mode="replicate"), 5, 1)
        share = uniform_per_picture(x)
        ink = share * soft + (1 - share) * softer
        patchy = (0.8 + 0.6 * value_noise(x, 5.0, 2)).clamp(0, 1)
        return x * (1 - amount * ink * patchy * absorption(x, _TINT)).clamp(min=0)
