"""From a small picture to a larger one."""

import torch.nn.functional as F
from torch import Tensor, nn

from autoencode.nn.sizes import Size


class Upsample(nn.Module):
    """Nearest-neighbour upsampling to an exact size.

    Args:
        size: (height, width).
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, any, any) to (batch, channels, *size)."""
        return F.interpolate(x, size=self.size, mode="nearest")

    def extra_repr(self) -> str:
        """The size."""
        return f"size={self.size}"
