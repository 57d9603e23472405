"""Normal noise."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption


@register_corruption("gaussian", "a standard deviation (white is 1)", 0.0, 100.0)
@dataclass(frozen=True)
class Gaussian(BaseCorruption):
    """Normal noise is added, as much to dark values as to light ones.

    Pictures are not cut off at black and white; `levels` does that.

    Args:
        amount: its standard deviation, where white is 1.

    References:
        Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010, section 3.3.
    """

    amount: Amount = 0.1

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The examples with noise added."""
        return x + amount * torch.randn_like(x)
