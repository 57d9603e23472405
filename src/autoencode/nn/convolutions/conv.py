"""3×3 convolutions, plain and followed by max-pooling."""

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve


class Conv(nn.Conv2d):
    """PyTorch's 3×3 convolution with zero padding, faster on CPUs (`autoencode.kernels`).

    Args:
        in_channels: of the input, (batch, in_channels, height, width).
        out_channels: of the output, (batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉).
        stride: in both directions.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(in_channels, out_channels, 3, stride, padding=1)

    def forward(
        self, input: Float[Tensor, "batch channels height width"], *, relu: bool = False
    ) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, height, width) to (batch, out_channels, ⌈height / stride⌉, ⌈width / stride⌉).

        Args:
            input: the images.
            relu: apply a ReLU to the output.
        """
        return convolve(input, self.weight, self.bias, self.stride[0], 1, relu=relu)


class PooledConv(nn.Conv2d):
    """A 3×3 convolution and max-pooling of 2×2, which includes incomplete windows at the edges.

    The bias is added after the maximum, which is equivalent, and on CPUs one kernel computes both
    (`autoencode.kernels`). A ReLU after it is equivalent to one in between.

    Args:
        in_channels: of the input, (batch, in_channels, height, width).
        out_channels: of the output, (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(
        self, input: Float[Tensor, "batch channels height width"], *, relu: bool = False
    ) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, height, width) to (batch, out_channels, ⌈height / 2⌉, ⌈width / 2⌉).

        Args:
            input: the images.
            relu: apply a ReLU to the output.
        """
        return convolve(input, self.weight, self.bias, 1, 1, relu=relu, pooled=True)


def init_glorot(network: nn.Module) -> None:
    """Draws the weights of all convolutions uniformly with variance 2 / (inputs + outputs), and sets biases to zero.

    PyTorch's default weights are smaller in all layers but the first, and the loss of a ReLU network falls more slowly.

    References:
        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
        equation 16.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
