"""The VAE whose codes are rounded numbers."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import CodebookUsage, Elbo, Objective
from autoencode.posteriors import FiniteScalarPosterior
from autoencode.recipes.families import QUANTISED_SETTINGS, LikelihoodName, quantised_vae
from autoencode.recipes.networks import grid_networks
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe

Levels = Annotated[tuple[Annotated[int, Field(ge=2)], ...], Field(min_length=1)]


@recipe("fsq-vae", settings=QUANTISED_SETTINGS)
def fsq_vae(
    data_shape: Sequence[int],
    *,
    levels: Levels = (8, 5, 5, 5),
    empirical_prior: bool = True,
    channels: Widths = (32, 64),
    positions: PositiveInt = 8,
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with discrete codes and no codebook that could collapse: a few rounded numbers at each position (FSQ).

    The loss is the reconstruction alone, as in the paper: the KL to a prior over codewords has no gradient. The paper
    bounds by tan where the inverse of its bound is meant; here by artanh, so that 0 stays 0. Its generative second
    stage (MaskGIT) is not here; the prior counts codewords by position.

    Args:
        data_shape: shape of one example.
        levels: of each latent dimension; their product is the number of codewords, 8 · 5 · 5 · 5 = 1,000.
        empirical_prior: learn how frequent codewords are; otherwise the prior is uniform.
        channels: of the convolutions, each of which halves the sides of an image.
        positions: in the code of a vector; an image has as many as its grid.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.

    References:
        Mentzer, Minnen, Agustsson and Tschannen, "Finite scalar quantization: VQ-VAE made simple", ICLR 2024, section
        3.1 and table 1 (the levels).
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    posterior = FiniteScalarPosterior(nets.features, levels, nets.grid)
    return quantised_vae(nets, p_x, posterior, empirical_prior=empirical_prior), Elbo() + CodebookUsage()
