"""The VAE whose codes are words of a learned codebook."""

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


@recipe("vq-vae", settings=Settings(epochs=10, min_steps=2000, learning_rate=1e-3, optimizer="adam", schedule="linear"))
def vq_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    n_codes: int = 512,
    commitment: float = 0.25,
    decay: float = 0.99,
    dead_after: int = 20,
    empirical_prior: bool = True,
    channels: tuple[int, ...] = (32, 64),
    positions: int = 8,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """The VAE whose codes are words of a codebook: a small grid of them for a picture (VQ-VAE).

    The loss is equation 3 as it is written, summed over pixels and codes; the codebook follows by running means
    (appendix A.1). Not the paper's: the codebook starts from clusters of the first batch, dead codewords are revived,
    networks are smaller, with one normalised residual block of two, and the prior counts codewords by position where
    the paper fits a PixelCNN to them.

    Args:
        data_shape: of one example, any shape.
        latent_dim: D, numbers in a codeword.
        n_codes: K, words in the codebook.
        commitment: β, how firmly the encoder is held to the codewords.
        decay: γ, of the codewords' running means.
        dead_after: training steps without use after which a codeword is revived; 0 for never.
        empirical_prior: whether the prior knows how frequent codewords are; without, the KL is positions · log K.
        channels: of the convolutions, each of which halves the sides of a picture.
        positions: words in the code of a vector; a picture has as many as its grid.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equation 3.
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    q = VectorQuantisedPosterior(nets.features, latent_dim, nets.grid, n_codes, 1, decay, dead_after)
    prior = (EmpiricalCodewordPrior if empirical_prior else UniformCodewordPrior)(q.codes, nets.grid)
    decoder = nets.decoder(latent_dim, p_x.features_shape)
    model = Autoencoder(encoder=nets.encoder, posterior=q, prior=prior, decoder=decoder, likelihood=p_x)
    return model, Elbo() + Commitment(commitment) + CodebookUsage()
