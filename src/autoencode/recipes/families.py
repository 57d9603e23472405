"""What the recipes of a family share: how the parts are put together, and how they are trained by default.

A recipe passes what its paper changes and leaves the rest. Parts are made in one order (encoder, posterior, prior,
decoder), which decides the weights that a seed gives.
"""

from collections.abc import Callable, Sequence
from typing import Annotated

from torch import Tensor, nn

from autoencode.likelihoods import FixedScale, Likelihood, NormalLikelihood, likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import ResidualCodeDecoder
from autoencode.posteriors import (
    DiagonalNormalPosterior,
    FiniteScalarPosterior,
    IdentityPosterior,
    PointMassPosterior,
    Posterior,
    VectorQuantisedPosterior,
)
from autoencode.priors import EmpiricalCodewordPrior, Prior, StandardNormalPrior, UniformCodewordPrior
from autoencode.recipes.networks import GridNetworks, Networks
from autoencode.settings import Settings

LikelihoodName = Annotated[str, likelihoods]
"""The option that names a likelihood."""

AUTOENCODER_SETTINGS = Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear")
"""For deterministic autoencoders."""

VAE_SETTINGS = Settings(epochs=15, min_steps=2000, batch_size=128, schedule="linear", grad_clip=200.0)
"""For VAEs with normal posteriors."""

SMALL_STEP_SETTINGS = Settings(epochs=20, min_steps=3000, learning_rate=1e-3, schedule="linear")
"""For posteriors that need a smaller learning rate: flows, full covariances, codes that are not normal."""

RELAXED_SETTINGS = Settings(epochs=20, min_steps=3000, learning_rate=3e-3, schedule="linear")
"""For codes that are proportions, classes or bits."""

QUANTISED_SETTINGS = SMALL_STEP_SETTINGS.replace(epochs=10, min_steps=2000)
"""For codes of codewords."""

BENCHMARK_SETTINGS = Settings(
    epochs=60, min_steps=3000, batch_size=100, schedule="linear", ema_decay=0.999, grad_clip=200.0
)
"""Long trainings, for recipes whose papers compare log-likelihoods."""

RESTORER_SETTINGS = Settings(
    min_steps=4000,
    batch_size=8,
    augment="rotate",
    optimizer="muon",
    learning_rate=0.01,
    schedule="linear",
    ema_decay=0.998,
)
RESTORER_DATA = {"patch": 96}
"""For restorers of images: patches of 96 × 96 pixels."""
SELF_RESTORER_DATA = {"patch": 96, "parts": "regions"}
"""For restorers that learn from what they are to restore: of every picture, so that regions are held out."""

VIDEO_RESTORER_SETTINGS = RESTORER_SETTINGS.replace(batch_size=4, min_steps=6000)
VIDEO_RESTORER_DATA = {"patch": 96, "frames": 5}
"""For restorers of video: patches of each frame, given two frames before and two after it."""


def vae(
    networks: Networks,
    likelihood: Likelihood,
    latent_dim: int,
    *,
    posterior: Callable[[int, int], Posterior] = DiagonalNormalPosterior,
    prior: Callable[[int], Prior] = StandardNormalPrior,
    initialise: Callable[[Autoencoder, Tensor, Callable[[Tensor], Tensor]], None] | None = None,
) -> Autoencoder:
    """A model with a prior; by default a VAE with a diagonal normal posterior and a standard normal prior.

    Args:
        networks: the encoder and the matching decoder.
        likelihood: p(x|z).
        latent_dim: dimensions of the latent code, as the decoder reads it.
        posterior: (the encoder's features, latent_dim) → q(z|x).
        prior: latent_dim → p(z).
        initialise: sets initial weights from training examples, see `Autoencoder`.
    """
    return Autoencoder(
        encoder=networks.encoder,
        posterior=posterior(networks.features, latent_dim),
        prior=prior(latent_dim),
        decoder=networks.decoder(latent_dim, likelihood.features_shape),
        likelihood=likelihood,
        initialise=initialise,
    )


def plain_autoencoder(networks: Networks, likelihood: Likelihood, latent_dim: int) -> Autoencoder:
    """An autoencoder whose code is a point: no prior, nothing to sample from.

    Args:
        networks: the encoder and the matching decoder.
        likelihood: p(x|z), see `fixed_normal`.
        latent_dim: dimensions of the code.
    """
    return Autoencoder(
        encoder=networks.encoder,
        posterior=PointMassPosterior(networks.features, latent_dim),
        decoder=networks.decoder(latent_dim, likelihood.features_shape),
        likelihood=likelihood,
    )


def fixed_normal(data_shape: Sequence[int], scale: float = 1.0) -> NormalLikelihood:
    """A normal likelihood of fixed scale: nll is squared error / (2 scale²) plus a constant."""
    return NormalLikelihood(data_shape, FixedScale(scale))


def quantised_vae(
    networks: GridNetworks,
    likelihood: Likelihood,
    posterior: VectorQuantisedPosterior | FiniteScalarPosterior,
    *,
    empirical_prior: bool,
) -> Autoencoder:
    """A model whose code is a grid of codewords.

    Args:
        networks: the encoder and the matching decoder.
        likelihood: p(x|z).
        posterior: made for `networks.features` and `networks.grid`.
        empirical_prior: whether the prior learns how frequent codewords are at each position, or is uniform.
    """
    prior = EmpiricalCodewordPrior if empirical_prior else UniformCodewordPrior
    return Autoencoder(
        encoder=networks.encoder,
        posterior=posterior,
        prior=prior(posterior.codes, networks.grid),
        decoder=networks.decoder(posterior.codes.width, likelihood.features_shape),
        likelihood=likelihood,
    )


def residual_restorer(data_shape: Sequence[int], encoder: nn.Module, scale: float) -> Autoencoder:
    """A restorer whose code is the input image and a correction, and whose decoder adds them.

    Args:
        data_shape: (channels, height, width).
        encoder: → (batch, 2 · channels, height, width).
        scale: standard deviation of the normal likelihood.
    """
    channels, *size = data_shape
    return Autoencoder(
        encoder=encoder,
        posterior=IdentityPosterior((2 * channels, *size)),
        decoder=ResidualCodeDecoder(),
        likelihood=fixed_normal(data_shape, scale),
    )


def direct_restorer(data_shape: Sequence[int], encoder: nn.Module, scale: float) -> Autoencoder:
    """A restorer whose code is the restored image itself.

    Trained on noisy images alone, a correction of the input is learned far more slowly, since the network must first
    undo what it is added to.

    Args:
        data_shape: (channels, height, width).
        encoder: → (batch, channels, height, width).
        scale: standard deviation of the normal likelihood.
    """
    return Autoencoder(
        encoder=encoder,
        posterior=IdentityPosterior(tuple(data_shape)),
        decoder=nn.Identity(),
        likelihood=fixed_normal(data_shape, scale),
    )
