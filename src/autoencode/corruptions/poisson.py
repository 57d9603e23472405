"""The noise of few photons."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption


@register_corruption("poisson", "a count of photons at white", 0.01, 1e6)
@dataclass(frozen=True)
class Poisson(BaseCorruption):
    """Each value is a count of photons, as in a picture taken in the dark: fewer photons, more noise.

    A value v becomes n / amount with n of a Poisson distribution of mean v · amount: the mean stays v, the variance is
    v / amount. What is below black counts as black; pictures are not cut off at white, which `levels` does.

    Args:
        amount: the count at white; the noise falls with its square root.

    References:
        Hasinoff, "Photon, Poisson noise", in Ikeuchi (editor), Computer Vision: A Reference Guide, Springer, 2014.
    """

    amount: Amount = 30.0

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The counts, white being the amount again."""
        return torch.poisson(x.clamp(min=0) * amount) / amount
