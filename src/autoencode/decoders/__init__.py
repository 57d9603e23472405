"""Decoders: networks from codes to the likelihood's features, (batch, *latent_shape) → (batch, *features_shape).

dense         fully connected, for data of any shape
conv          transposed convolutions, for images of any size
residual      residual blocks and upsampling, for images of any size
grid          from codes that are a grid, for images of any size
linear        one linear layer, also with columns of unit norm
conductor     from segment to segment by a recurrent network, for long sequences
linear_path   a network and a linear map of the code, added
"""

from autoencode.decoders.conductor import ConductorDecoder
from autoencode.decoders.conv import ConvDecoder
from autoencode.decoders.dense import DenseDecoder
from autoencode.decoders.grid import GridDecoder
from autoencode.decoders.linear import DictionaryDecoder, LinearDecoder
from autoencode.decoders.linear_path import LinearPathDecoder
from autoencode.decoders.residual import ResidualDecoder

__all__ = [
    "ConductorDecoder",
    "ConvDecoder",
    "DenseDecoder",
    "DictionaryDecoder",
    "GridDecoder",
    "LinearDecoder",
    "LinearPathDecoder",
    "ResidualDecoder",
]
