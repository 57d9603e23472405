"""Values as a picture file holds them."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption


@register_corruption("levels", "a number of levels", 2.0, 65_536.0)
@dataclass(frozen=True)
class Levels(BaseCorruption):
    """Values are cut off at black and white, and rounded to so many levels between them.

    As the last of several corruptions it makes of noise what a file keeps of it: a network that never saw noise cut
    off takes white paper for grey. Few levels make the steps seen in pictures of small palettes.

    Args:
        amount: how many; 256 are 8 bits.

    References:
        Gonzalez and Woods, Digital Image Processing, 4th edition, 2018, chapter 2, on quantisation and false contours.
    """

    amount: Amount = 256.0

    def apply(self, x: Float[Tensor, "batch *shape"], amount: Float[Tensor, "batch ..."]) -> Tensor:
        """The nearest levels."""
        steps = amount.round() - 1
        return (x.clamp(0, 1) * steps).round() / steps
