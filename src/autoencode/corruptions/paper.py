"""Paper that is no longer white."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.absorption import absorption
from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise

_YELLOW = (0.35, 1.0, 2.2)
"""How strongly aged paper swallows red, green and blue, against dull paper, which swallows all alike."""


@register_corruption("paper", "a darkness", 0.0, 1.0)
@dataclass(frozen=True)
class Paper(BaseCorruption):
    """Yellowed or grey paper, uneven, with fibres and grain: the picture is multiplied by the sheet that it is on.

    Args:
        amount: the share of the light that the sheet swallows on average, at most.

    References:
        The absorption is the law of Beer and Lambert; compare the papers of the DIBCO competitions, such as Pratikakis
        et al., "ICDAR 2013 document image binarization contest".
    """

    amount: Amount = 0.4
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures on old paper."""
        kind = uniform_per_picture(x)
        tint = 1 + kind * (absorption(x, _YELLOW) - 1)
        clouds = 1 + 0.35 * value_noise(x, 4.0, 3)
        fibres = 1 + uniform_per_picture(x, 0.0, 0.25) * value_noise(x, 40.0, 2)
        density = -(1 - 0.7 * amount).log() * clouds * fibres
        grain = uniform_per_picture(x, 0.0, 0.03) * amount.clamp(max=1) * torch.randn_like(x[:, :1])
        return (x * (-density.clamp(min=0) * tint).exp() + grain).clamp(0, 1)
