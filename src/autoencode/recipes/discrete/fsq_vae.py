"""The VAE whose codes are rounded numbers."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import CodebookUsage, Elbo, Objective
from autoencode.posteriors import FiniteScalarPosterior
from autoencode.priors import EmpiricalCodewordPrior, UniformCodewordPrior
from autoencode.recipes.grid_networks import grid_networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "fsq-vae", settings=Settings(epochs=10, min_steps=2000, learning_rate=1e-3, optimizer="adam", schedule="linear")
)
def fsq_vae(
    data_shape: Sequence[int],
    *,
    levels: tuple[int, ...] = (8, 5, 5, 5),
    empirical_prior: bool = True,
    channels: tuple[int, ...] = (32, 64),
    positions: int = 8,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """The VAE whose codes are a few rounded numbers at each position: no codebook, none to collapse (FSQ).

    The loss is the reconstruction alone, as in the paper: the KL to a prior over codewords has no gradient. The paper
    bounds by tan where the inverse of its bound is meant; here by artanh, so that 0 stays 0. Its generative second
    stage (MaskGIT) is not here; the prior counts codewords by position.

    Args:
        data_shape: of one example, any shape.
        levels: of each number of a code; their product is the number of codewords, 8 · 5 · 5 · 5 = 1,000.
        empirical_prior: whether the prior knows how frequent codewords are; without, the KL is positions · log of their number.
        channels: of the convolutions, each of which halves the sides of a picture.
        positions: of the code of a vector; a picture has as many as its grid.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.

    References:
        Mentzer, Minnen, Agustsson and Tschannen, "Finite scalar quantization: VQ-VAE made simple", ICLR 2024, section
        3.1 and table 1 (the levels).
    """
    nets, p_x = grid_networks(data_shape, channels, positions), likelihoods[likelihood](data_shape)
    q = FiniteScalarPosterior(nets.features, levels, nets.grid)
    prior = (EmpiricalCodewordPrior if empirical_prior else UniformCodewordPrior)(q.codes, nets.grid)
    decoder = nets.decoder(q.codes.width, p_x.features_shape)
    model = Autoencoder(encoder=nets.encoder, posterior=q, prior=prior, decoder=decoder, likelihood=p_x)
    return model, Elbo() + CodebookUsage()
