"""The VAE whose KL is switched off and on again."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Cyclical, Elbo, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "cyclical-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def cyclical_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    beta: float = 1.0,
    period: int = 500,
    cycles: int = 4,
    rise_fraction: float = 0.5,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose KL weighs 0 again and again, and then more and more (cyclical annealing).

    Each cycle starts with codes that tell much, and ends with what of it is worth its price; latent dimensions that one
    warm-up leaves unused get further chances. The paper's models are of language, and its cycles fill the training;
    here their length is counted in steps, and after the last one the weight stays.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        beta: weight of the KL at the end of each cycle; 1 is the evidence lower bound.
        period: training steps in a cycle.
        cycles: how many there are.
        rise_fraction: of a cycle over which the weight rises, from above 0 to 1.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Fu et al., "Cyclical annealing schedule", NAACL 2019, equation 6.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Cyclical(period, cycles, rise_fraction, beta))
