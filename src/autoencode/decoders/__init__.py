"""Networks from codes to the likelihood's features, (batch, *latent_shape) → (batch, *features_shape)."""

from autoencode.decoders.conv import ConvDecoder
from autoencode.decoders.dense import DenseDecoder
from autoencode.decoders.grid import GridDecoder
from autoencode.decoders.linear import DictionaryDecoder, LinearDecoder
from autoencode.decoders.residual import ResidualDecoder

__all__ = [
    "ConvDecoder",
    "DenseDecoder",
    "DictionaryDecoder",
    "GridDecoder",
    "LinearDecoder",
    "ResidualDecoder",
]
