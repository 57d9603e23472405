"""The VAE whose codes are sums of codewords."""

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


@recipe("residual-vq-vae", settings=QUANTISED_SETTINGS)
def residual_vq_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 16,
    n_codes: PositiveInt = 128,
    n_stages: PositiveInt = 4,
    commitment: NonNegativeFloat = 0.25,
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.99,
    dead_after: NonNegativeInt = 20,
    empirical_prior: bool = True,
    channels: Widths = (32, 64, 64),
    positions: PositiveInt = 4,
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with finer discrete codes than vq-vae: each codebook encodes what the ones before it left (residual VQ).

    As in SoundStream each stage has a codebook of its own; RQ-VAE shares one. Neither paper's discriminator is here.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of a codeword.
        n_codes: K, codewords in each codebook.
        n_stages: codebooks in sequence.
        commitment: β, the weight of the distance between the encoder's output and the sums of codewords.
        decay: of the running means that are the codewords.
        dead_after: training steps without use after which a codeword is revived; 0 for never.
        empirical_prior: learn how frequent codewords are; otherwise the prior is uniform.
        channels: of the convolutions, each of which halves the sides of an image.
        positions: in the code of a vector; an image has as many as its grid.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.

    References:
        Zeghidour et al., "SoundStream", 2021, algorithm 1; Lee et al., "Autoregressive image generation using residual
        quantization", CVPR 2022, section 3.1 (the stages and the commitment).
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    posterior = VectorQuantisedPosterior(nets.features, latent_dim, nets.grid, n_codes, n_stages, decay, dead_after)
    model = quantised_vae(nets, p_x, posterior, empirical_prior=empirical_prior)
    return model, Elbo() + Commitment(commitment) + CodebookUsage()
