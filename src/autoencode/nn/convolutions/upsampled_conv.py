"""Nearest-neighbour upsampling and a convolution in one."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve, convolve_upsampled
from autoencode.nn.convolutions.sizes import Size
from autoencode.nn.convolutions.transposed_conv import conv_transpose2d


class UpsampledConv(nn.Conv2d):
    """A 3×3 convolution of a picture that was enlarged by nearest-neighbour upsampling, which is never made.

    Where both sides double, every point of the result sees four points of the small picture, so that one transposed
    convolution of 4×4 with a stride of 2 is the same function: 4/9 of the arithmetic, and a quarter of the memory. Its
    weights are sums of those of the 3×3. Processors need a quarter of the arithmetic only (`autoencode.kernels`). Other
    sizes are upsampled and convolved.

    Args:
        in_channels: of the small picture, (batch, in_channels, any, any).
        out_channels: of the result, (batch, out_channels, *size).
        size: (height, width) of the result.

    References:
        Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", Distill 2016, on upsampling before
        convolving; the four points: Shi et al., "Is the deconvolution layer the same as a convolutional layer?",
        arXiv:1609.07009.
    """

    def __init__(self, in_channels: int, out_channels: int, size: Size) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)
        self.size = size

    def forward(
        self, input: Float[Tensor, "batch channels h w"], *, relu: bool = False
    ) -> Float[Tensor, "batch out height width"]:
        """(batch, in_channels, any, any) to (batch, out_channels, *size).

        Args:
            input: the small pictures.
            relu: what is below zero becomes zero, as by a ReLU behind it.
        """
        height, width = input.shape[2:]
        if (2 * height, 2 * width) != tuple(self.size):
            enlarged = F.interpolate(input, size=self.size, mode="nearest")
            return convolve(enlarged, self.weight, self.bias, 1, 1, relu=relu)
        out = convolve_upsampled(input, self.weight, self.bias, relu=relu)
        if out is not None:
            return out
        return conv_transpose2d(input, _transposed_weight(self.weight), self.bias, 2, 1, self.size, relu=relu)

    def extra_repr(self) -> str:
        """The channels and the size."""
        return f"{self.in_channels}, {self.out_channels}, size={self.size}"


def _transposed_weight(weight: Tensor) -> Tensor:
    """The 4×4 weights of the transposed convolution, (in, out, 4, 4): sums of neighbours of the 3×3, turned round."""
    flipped = F.pad(weight.flip(2, 3), (1, 1, 1, 1))
    return F.avg_pool2d(flipped, 2, stride=1, divisor_override=1).transpose(0, 1)
