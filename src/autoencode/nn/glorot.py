"""Weights at the start as Keras draws them."""

from torch import nn


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
