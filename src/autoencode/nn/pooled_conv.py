"""A convolution whose result is halved by maximum."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve


class PooledConv(nn.Conv2d):
    """A 3×3 convolution, then the maximum of each 2×2 points, or of what is left of them at the edge.

    The bias is added after the maximum, which is the same function: a quarter of the additions, and of the gradients
    that are summed for it. ReLU can follow as well as come between, for the same reason.

    Args:
        in_channels: of the picture, (batch, in_channels, height, width).
        out_channels: of the result, (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(self, input: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, height, width) to (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉)."""
        pooled = F.max_pool2d(convolve(input, self.weight, None, 1, 1), 2, ceil_mode=True)
        return pooled if self.bias is None else pooled.add_(self.bias[:, None, None])
