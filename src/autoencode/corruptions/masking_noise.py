"""Values that are lost."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_pixel


@register_corruption("masking-noise", "a share of the values", 0.0, 1.0)
@dataclass(frozen=True)
class MaskingNoise(BaseCorruption):
    """A share of the values become 0; all channels of a pixel at once.

    Args:
        amount: the share.

    References:
        Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
        autoencoders", ICML 2008, section 2.3.
    """

    amount: Amount = 0.25

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples with values missing."""
        return torch.where(uniform_per_pixel(x) < amount, torch.zeros_like(x), x)
