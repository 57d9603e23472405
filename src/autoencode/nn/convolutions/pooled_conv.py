"""A convolution whose result is halved by maximum."""

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve


class PooledConv(nn.Conv2d):
    """A 3×3 convolution, then the maximum of each 2×2 points, or of what is left of them at the edge.

    The bias is added after the maximum, which is the same function, and on processors both are one
    (`autoencode.kernels`). ReLU can follow as well as come between.

    Args:
        in_channels: of the picture, (batch, in_channels, height, width).
        out_channels: of the result, (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(
        self, input: Float[Tensor, "batch channels height width"], *, relu: bool = False
    ) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, height, width) to (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉).

        Args:
            input: the pictures.
            relu: what is below zero becomes zero, as by a ReLU behind it.
        """
        return convolve(input, self.weight, self.bias, 1, 1, relu=relu, pooled=True)
