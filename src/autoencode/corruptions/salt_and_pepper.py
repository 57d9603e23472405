"""Black and white pixels."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_pixel


@register_corruption("salt-and-pepper", "a share of the values", 0.0, 1.0)
@dataclass(frozen=True)
class SaltAndPepper(BaseCorruption):
    """A share of the values become 0 or 1, black or white, with equal chances; all channels of a pixel at once.

    Args:
        amount: the share.

    References:
        Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010, section 3.3.
    """

    amount: Amount = 0.1

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples with black and white pixels."""
        u = uniform_per_pixel(x)
        x = torch.where(u < amount / 2, torch.zeros_like(x), x)
        return torch.where(u > 1 - amount / 2, torch.ones_like(x), x)
