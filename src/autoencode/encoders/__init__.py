"""Networks from data to features, (batch, *data_shape) → (batch, out_features)."""

from autoencode.encoders.concat import Concat
from autoencode.encoders.conv import ConvEncoder
from autoencode.encoders.dense import DenseEncoder
from autoencode.encoders.grid import GridEncoder
from autoencode.encoders.residual import ResidualEncoder

__all__ = ["Concat", "ConvEncoder", "DenseEncoder", "GridEncoder", "ResidualEncoder"]
