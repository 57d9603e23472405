"""The VAE whose codes are sums of codewords."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import CodebookUsage, Commitment, Elbo, Objective
from autoencode.posteriors import VectorQuantisedPosterior
from autoencode.priors import EmpiricalCodewordPrior, UniformCodewordPrior
from autoencode.recipes.grid_networks import grid_networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings

_SETTINGS = Settings(epochs=10, min_steps=2000, learning_rate=1e-3, optimizer="adam", schedule="linear")


@recipe("residual-vq-vae", settings=_SETTINGS)
def residual_vq_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    n_codes: int = 128,
    n_stages: int = 4,
    commitment: float = 0.25,
    decay: float = 0.99,
    dead_after: int = 20,
    empirical_prior: bool = True,
    channels: tuple[int, ...] = (32, 64, 64),
    positions: int = 4,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """The VAE whose codes are sums of codewords, each from a codebook for what the ones before left (residual VQ).

    As in SoundStream each stage has a codebook of its own; RQ-VAE shares one. Neither paper's adversary is here.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a codeword.
        n_codes: K, words in each codebook.
        n_stages: codebooks in sequence.
        commitment: β, how firmly the encoder is held to the sums of codewords.
        decay: of the codewords' running means.
        dead_after: training steps without use after which a codeword is revived; 0 for never.
        empirical_prior: whether the prior knows how frequent codewords are; without, the KL is stages · positions · log K.
        channels: of the convolutions, each of which halves the sides of a picture.
        positions: of the code of a vector; a picture has as many as its grid.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.

    References:
        Zeghidour et al., "SoundStream", 2021, algorithm 1; Lee et al., "Autoregressive image generation using residual
        quantization", CVPR 2022, section 3.1 (the stages and the commitment).
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    q = VectorQuantisedPosterior(nets.features, latent_dim, nets.grid, n_codes, n_stages, decay, dead_after)
    prior = (EmpiricalCodewordPrior if empirical_prior else UniformCodewordPrior)(q.codes, nets.grid)
    decoder = nets.decoder(latent_dim, p_x.features_shape)
    model = Autoencoder(encoder=nets.encoder, posterior=q, prior=prior, decoder=decoder, likelihood=p_x)
    return model, Elbo() + Commitment(commitment) + CodebookUsage()
