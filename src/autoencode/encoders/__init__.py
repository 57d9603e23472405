"""Encoders: networks from data to features, (batch, *data_shape) → (batch, out_features).

dense         fully connected, for data of any shape
conv          convolutions, for images of any size
residual      residual blocks, for images of any size
grid          features at each position of a smaller image
concat        two encoders of the same input
linear_path   a network and linear codes beside its features
"""

from autoencode.encoders.concat import Concat
from autoencode.encoders.conv import ConvEncoder
from autoencode.encoders.dense import DenseEncoder
from autoencode.encoders.grid import GridEncoder
from autoencode.encoders.linear_path import LinearPathEncoder
from autoencode.encoders.residual import ResidualEncoder

__all__ = ["Concat", "ConvEncoder", "DenseEncoder", "GridEncoder", "LinearPathEncoder", "ResidualEncoder"]
