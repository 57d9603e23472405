"""Small models that restore pictures, as recipes of a person's own: `support.restorers:local_ae`."""

import torch
from torch import nn

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior, PointMassPosterior


def local_ae(data_shape, *, channels: int = 4, halo: int = 3, declared: bool = True) -> tuple[Autoencoder, Objective]:
    """A fully convolutional autoencoder whose code is the features of a picture of half the size.

    Args:
        data_shape: (channels, height, width), both even.
        channels: of the code.
        halo: what it says of itself; 3 is true.
        declared: whether it says so.
    """
    n, height, width = data_shape
    encoder = nn.Sequential(nn.Conv2d(n, channels, 3, 2, padding=1), nn.Tanh())
    if declared:
        encoder.halo, encoder.multiple = halo, 2
    model = Autoencoder(
        encoder=encoder,
        posterior=IdentityPosterior((channels, -(-height // 2), -(-width // 2))),
        decoder=nn.Sequential(nn.Upsample((height, width)), nn.Conv2d(channels, n, 3, padding=1)),
        likelihood=NormalLikelihood(data_shape, FixedScale(0.1)),
    )
    return model, Reconstruction()


def bottleneck_ae(data_shape, *, latent_dim: int = 3) -> tuple[Autoencoder, Objective]:
    """A linear autoencoder of one size.

    Args:
        data_shape: of one example.
        latent_dim: numbers in a code.
    """
    n = int(torch.Size(data_shape).numel())
    model = Autoencoder(
        encoder=nn.Flatten(),
        posterior=PointMassPosterior(n, latent_dim),
        decoder=nn.Sequential(nn.Linear(latent_dim, n), nn.Unflatten(1, tuple(data_shape))),
        likelihood=NormalLikelihood(data_shape, FixedScale(0.1)),
    )
    return model, Reconstruction()
