"""3×3 convolutions, plain and followed by max-pooling."""

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve


class Conv(nn.Conv2d):
    """PyTorch's convolution of 3×3 with zeros around, faster on processors (`autoencode.kernels`).

    Args:
        in_channels: of the picture, (batch, in_channels, height, width).
        out_channels: of the result, (batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉).
        stride: along both sides.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, 3, stride, padding=1)

    def forward(
        self, input: Float[Tensor, "batch channels height width"], *, relu: bool = False
    ) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, height, width) to (batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉).

        Args:
            input: the pictures.
            relu: what is below zero becomes zero, as by a ReLU behind it.
        """
        return convolve(input, self.weight, self.bias, self.stride[0], 1, relu=relu)


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


def init_glorot(network: nn.Module) -> None:
    """Draws the weights of all convolutions anew, uniformly with variance 2 / (inputs + outputs), and biases as zeros.

    With PyTorch's own, smaller in all layers but the first, the error of a network with ReLU falls slower.

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
        equation 16.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
