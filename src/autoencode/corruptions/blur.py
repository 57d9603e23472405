"""Pictures out of focus."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption


@register_corruption("blur", "a largest width in pixels", 0.0, 100.0, sample_from_low=True)
@dataclass(frozen=True)
class Blur(BaseCorruption):
    """A Gaussian blur, for each picture of its own width, up to the amount.

    Pixels outside the picture are equal to the nearest one inside. Kernels are cut off at three standard deviations.

    Args:
        amount: the largest standard deviation of the kernel, in pixels; each picture draws its own from 0 up to it, or
            from the range.

    References:
        Gonzalez and Woods, Digital Image Processing, 4th edition, 2018, chapter 3, on lowpass Gaussian filters.
    """

    amount: Amount = 2.0
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures, blurred along their rows and then along their columns."""
        radius = math.ceil(3 * self.scale.bounds(self.amount)[1])
        positions = torch.arange(-radius, radius + 1, dtype=x.dtype, device=x.device)
        weights = torch.exp(-(positions**2) / (2 * amount[:, 0, 0] ** 2).clamp(min=1e-12))
        weights = torch.where(positions.abs() <= (3 * amount[:, 0, 0]).ceil(), weights, torch.zeros_like(weights))
        weights = weights / weights.sum(1, keepdim=True)
        return _along_rows(_along_rows(x, weights).mT, weights).mT


def _along_rows(x: Tensor, weights: Tensor) -> Tensor:
    """Each picture with its own kernel."""
    batch, channels, height, width = x.shape
    radius = weights.shape[1] // 2
    padded = F.pad(x, (radius, radius, 0, 0), mode="replicate").reshape(1, batch * channels, height, -1)
    kernels = weights.repeat_interleave(channels, 0)[:, None, None]
    return F.conv2d(padded, kernels, groups=batch * channels).reshape(batch, channels, height, width)
