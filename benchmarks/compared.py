"""One network and one loss, with and without a distribution over codes, for the tables of docs/latent-space.md.

The loss is half the squared error of an example, summed over its values, plus β times the KL, so that only the
objective differs. β is the variance of a pixel; 1 is the default of pythae's VAE.
"""

from collections.abc import Sequence

from autoencode import (
    Autoencoder,
    DiagonalNormalPosterior,
    Elbo,
    FixedScale,
    NormalLikelihood,
    Objective,
    PointMassPosterior,
    Reconstruction,
    StandardNormalPrior,
)
from autoencode.recipes.networks import conv


def plain(data_shape: Sequence[int], *, latent_dim: int = 8) -> tuple[Autoencoder, Objective]:
    """An autoencoder.

    Args:
        data_shape: (channels, height, width).
        latent_dim: dimensions of the code.
    """
    nets, p_x = conv(data_shape), NormalLikelihood(data_shape, FixedScale(1.0))
    posterior, decoder = PointMassPosterior(nets.features, latent_dim), nets.decoder(latent_dim, p_x.features_shape)
    return Autoencoder(encoder=nets.encoder, posterior=posterior, decoder=decoder, likelihood=p_x), Reconstruction()


def variational(data_shape: Sequence[int], *, latent_dim: int = 8, beta: float = 1.0) -> tuple[Autoencoder, Objective]:
    """The same network with a normal posterior and a standard normal prior.

    Args:
        data_shape: (channels, height, width).
        latent_dim: dimensions of the code.
        beta: weight of the KL.
    """
    nets, p_x = conv(data_shape), NormalLikelihood(data_shape, FixedScale(1.0))
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=beta)
