"""The VAE whose codes are words of a learned codebook."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import CodebookUsage, Commitment, Elbo, Objective
from autoencode.posteriors import VectorQuantisedPosterior
from autoencode.recipes.families import QUANTISED_SETTINGS, LikelihoodName, quantised_vae
from autoencode.recipes.networks import grid_networks
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe


@recipe("vq-vae", settings=QUANTISED_SETTINGS)
def vq_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 16,
    n_codes: PositiveInt = 512,
    commitment: NonNegativeFloat = 0.25,
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.99,
    dead_after: NonNegativeInt = 20,
    empirical_prior: bool = True,
    channels: Widths = (32, 64),
    positions: PositiveInt = 8,
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with discrete codes: a small grid of codewords from a learned codebook (VQ-VAE).

    The loss is equation 3, summed over pixels and codes; the codebook follows the encoder by running means (appendix
    A.1). Not in the paper: the codebook starts from clusters of the first batch, unused codewords are revived, networks
    are smaller, with one normalised residual block in place of two, and the prior counts codewords by position where
    the paper fits a PixelCNN to them.

    Args:
        data_shape: shape of one example.
        latent_dim: D, dimensions of a codeword.
        n_codes: K, codewords in the codebook.
        commitment: β, the weight of the distance between the encoder's output and its codewords.
        decay: γ, of the running means that are the codewords.
        dead_after: training steps without use after which a codeword is revived; 0 for never.
        empirical_prior: learn how frequent codewords are; otherwise the prior is uniform and the KL positions · log K.
        channels: of the convolutions, each of which halves the sides of an image.
        positions: codewords in the code of a vector; an image has as many as its grid.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equation 3.
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    posterior = VectorQuantisedPosterior(nets.features, latent_dim, nets.grid, n_codes, 1, decay, dead_after)
    model = quantised_vae(nets, p_x, posterior, empirical_prior=empirical_prior)
    return model, Elbo() + Commitment(commitment) + CodebookUsage()
