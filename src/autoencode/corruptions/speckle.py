"""Noise that grows with the brightness."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption


@register_corruption("speckle", "a standard deviation of the factor", 0.0, 100.0)
@dataclass(frozen=True)
class Speckle(BaseCorruption):
    """Each value is multiplied by a normal number of mean 1, as in ultrasound and radar pictures.

    Black stays black. Pictures are not cut off at black and white; `levels` does that.

    Args:
        amount: the standard deviation of the factor.

    References:
        Lee, "Digital image enhancement and noise filtering by use of local statistics", IEEE Transactions on Pattern
        Analysis and Machine Intelligence 2(2), 1980, the section on multiplicative noise. The factor is normal here;
        the speckle of a radar is nearer to a gamma distribution.
    """

    amount: Amount = 0.2

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples times the noise."""
        return x + amount * torch.randn_like(x) * x
