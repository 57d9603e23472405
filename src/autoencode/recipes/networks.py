"""Pairs of an encoder and a decoder that recipes share: most papers are about the code, not about the networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from torch import nn

from autoencode.data import modality_of
from autoencode.decoders import ConvDecoder, DenseDecoder, GridDecoder, LinearPathDecoder, ResidualDecoder
from autoencode.encoders import ConvEncoder, DenseEncoder, GridEncoder, LinearPathEncoder, ResidualEncoder
from autoencode.nn.dense import Activation, relu
from autoencode.registry import Registry

_GRID_WIDTH = 256


@dataclass(frozen=True)
class Networks:
    """An encoder, and a function that makes the matching decoder.

    Args:
        encoder: (batch, *data_shape) → (batch, features).
        features: the number of the encoder's outputs.
        decoder: (latent_dim, features_shape) → a module (batch, latent_dim) → (batch, *features_shape).
    """

    encoder: nn.Module
    features: int
    decoder: Callable[[int, Sequence[int]], nn.Module]


networks: Registry[Callable[[Sequence[int]], Networks]] = Registry("network", "autoencode list networks")

NetworkName = Annotated[str, networks]
"""The option that names a pair of networks."""


@networks.register("auto")
def auto(data_shape: Sequence[int]) -> Networks:
    """Convolutional layers for images, fully connected ones for vectors."""
    return networks[modality_of(data_shape).network](data_shape)


@networks.register("dense")
def dense(data_shape: Sequence[int]) -> Networks:
    """Two fully connected layers of 256 units on each side, ReLU."""
    return dense_networks(data_shape, [256, 256])


@networks.register("conv")
def conv(data_shape: Sequence[int]) -> Networks:
    """Convolutions of 32 and 64 channels, stride 2, and a dense layer of 128; the mirror image back; SiLU."""
    encoder = ConvEncoder(data_shape, [32, 64], [2, 2], [128], nn.SiLU)
    make = partial(ConvDecoder, channels=[64, 32, 32], strides=[2, 2], widths=[128], activation=nn.SiLU)
    return Networks(encoder, encoder.out_features, make)


@networks.register("residual")
def residual(data_shape: Sequence[int]) -> Networks:
    """Residual blocks of 32, 64 and 128 channels at a half, a quarter and an eighth of the size."""
    return residual_networks(data_shape, [32, 64, 128], 256)


def dense_networks(data_shape: Sequence[int], widths: Sequence[int], activation: Activation = relu) -> Networks:
    """Fully connected layers of these widths, and the mirror image as the decoder."""
    encoder = DenseEncoder(data_shape, widths, activation)
    return Networks(
        encoder, encoder.out_features, lambda latent, shape: DenseDecoder(latent, widths[::-1], shape, activation)
    )


def residual_networks(data_shape: Sequence[int], channels: Sequence[int], hidden: int) -> Networks:
    """Residual blocks of these channels, halving the image each time, and a dense layer of `hidden` units."""
    encoder = ResidualEncoder(data_shape, channels, hidden)
    return Networks(encoder, encoder.out_features, partial(ResidualDecoder, channels=channels[::-1]))


def with_linear_path(networks: Networks, data_shape: Sequence[int], codes: int, dropout: float = 0.0) -> Networks:
    """Networks with a linear encoder and decoder beside them, whose outputs are added to theirs.

    Args:
        networks: the encoder and the matching decoder.
        data_shape: shape of one example.
        codes: how many linear codes.
        dropout: share of the encoder's features that are set to 0 in training.
    """
    encoder = LinearPathEncoder(networks.encoder, networks.features, data_shape, codes, dropout)

    def decoder(latent_dim: int, features_shape: Sequence[int]) -> nn.Module:
        return LinearPathDecoder(networks.decoder(latent_dim, features_shape), latent_dim, features_shape)

    return Networks(encoder, encoder.out_features, decoder)


@dataclass(frozen=True)
class GridNetworks:
    """An encoder to a code that has positions, and a function that makes the matching decoder.

    Args:
        encoder: (batch, *data_shape) → (batch, features, *grid).
        features: the number of features at each position.
        grid: the shape of the positions.
        decoder: (latent_dim, features_shape) → a module (batch, latent_dim, *grid) → (batch, *features_shape).
    """

    encoder: nn.Module
    features: int
    grid: tuple[int, ...]
    decoder: Callable[[int, Sequence[int]], nn.Module]


def grid_networks(data_shape: Sequence[int], channels: Sequence[int], positions: int) -> GridNetworks:
    """Convolutions for images, each level of which halves the sides; fully connected layers for vectors.

    Args:
        data_shape: (channels, height, width), any size, or (dimensions,).
        channels: of each level; for vectors the last one is the number of features at each position.
        positions: of the code of a vector.
    """
    if modality_of(data_shape).spatial:
        encoder = GridEncoder(data_shape, channels)
        return GridNetworks(
            encoder, channels[-1], encoder.grid, lambda latent, shape: GridDecoder(latent, shape, channels[::-1])
        )
    encoder = nn.Sequential(
        DenseEncoder(data_shape, [_GRID_WIDTH, _GRID_WIDTH, channels[-1] * positions]),
        nn.Unflatten(1, (channels[-1], positions)),
    )
    return GridNetworks(encoder, channels[-1], (positions,), lambda latent, shape: _dense(latent * positions, shape))


def _dense(latent_dim: int, features_shape: Sequence[int]) -> nn.Module:
    return nn.Sequential(nn.Flatten(1), DenseDecoder(latent_dim, [_GRID_WIDTH, _GRID_WIDTH], features_shape))
