"""Encoders and decoders whose codes have positions: a grid for pictures, groups for vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from autoencode.data import modality_of
from autoencode.decoders import DenseDecoder, GridDecoder
from autoencode.encoders import DenseEncoder, GridEncoder

_WIDTH = 256


@dataclass(frozen=True)
class GridNetworks:
    """An encoder and what makes a decoder to match.

    Args:
        encoder: (batch, *data_shape) → (batch, features, *grid).
        features: at each position.
        grid: the shape of the positions.
        decoder: (latent_dim, features_shape) → a module (batch, latent_dim, *grid) → (batch, *features_shape).
    """

    encoder: nn.Module
    features: int
    grid: tuple[int, ...]
    decoder: Callable[[int, Sequence[int]], nn.Module]


def grid_networks(data_shape: Sequence[int], channels: Sequence[int], positions: int) -> GridNetworks:
    """Convolutions for pictures, each level of which halves the sides; fully connected layers for vectors.

    Args:
        data_shape: (channels, height, width), any size, or (dimensions,).
        channels: of each level; of vectors the last is the number of features at each position.
        positions: of the codes of vectors.
    """
    if modality_of(data_shape).spatial:
        encoder = GridEncoder(data_shape, channels)
        return GridNetworks(
            encoder, channels[-1], encoder.grid, lambda latent, shape: GridDecoder(latent, shape, channels[::-1])
        )
    encoder = nn.Sequential(
        DenseEncoder(data_shape, [_WIDTH, _WIDTH, channels[-1] * positions]),
        nn.Unflatten(1, (channels[-1], positions)),
    )
    return GridNetworks(encoder, channels[-1], (positions,), lambda latent, shape: _dense(latent * positions, shape))


def _dense(latent_dim: int, features_shape: Sequence[int]) -> nn.Module:
    return nn.Sequential(nn.Flatten(1), DenseDecoder(latent_dim, [_WIDTH, _WIDTH], features_shape))
