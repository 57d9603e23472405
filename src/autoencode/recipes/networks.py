"""The encoders and decoders that recipes share, by name: a paper is about the code, not about these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from torch import nn

from autoencode.data import modality_of
from autoencode.decoders import ConvDecoder, DenseDecoder, ResidualDecoder
from autoencode.encoders import ConvEncoder, DenseEncoder, ResidualEncoder
from autoencode.registry import Registry


@dataclass(frozen=True)
class Networks:
    """An encoder and what makes a decoder to match.

    Args:
        encoder: (batch, *data_shape) → (batch, features).
        features: how many those are.
        decoder: (latent_dim, features_shape) → a module (batch, latent_dim) → (batch, *features_shape).
    """

    encoder: nn.Module
    features: int
    decoder: Callable[[int, Sequence[int]], nn.Module]


networks: Registry[Callable[[Sequence[int]], Networks]] = Registry("network", "autoencode list networks")


@networks.register("auto")
def auto(data_shape: Sequence[int]) -> Networks:
    """Convolutions for pictures, fully connected layers for vectors."""
    return networks[modality_of(data_shape).network](data_shape)


@networks.register("dense")
def dense(data_shape: Sequence[int]) -> Networks:
    """Two fully connected layers of 256 on each side, ReLU."""
    encoder = DenseEncoder(data_shape, [256, 256])
    return Networks(
        encoder, encoder.out_features, lambda latent_dim, shape: DenseDecoder(latent_dim, [256, 256], shape)
    )


@networks.register("conv")
def conv(data_shape: Sequence[int]) -> Networks:
    """Convolutions of 32 and 64 channels, stride 2, a dense layer of 128; back by transposed ones; SiLU."""
    encoder = ConvEncoder(data_shape, [32, 64], [2, 2], [128], nn.SiLU)
    make = partial(ConvDecoder, channels=[64, 32, 32], strides=[2, 2], widths=[128], activation=nn.SiLU)
    return Networks(encoder, encoder.out_features, make)


@networks.register("residual")
def residual(data_shape: Sequence[int]) -> Networks:
    """Residual blocks of 32, 64 and 128 channels at half, a quarter and an eighth of the size."""
    encoder = ResidualEncoder(data_shape, [32, 64, 128], 256)
    return Networks(encoder, encoder.out_features, partial(ResidualDecoder, channels=[128, 64, 32]))
