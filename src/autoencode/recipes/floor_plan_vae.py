"""The VAE that fills a given shape."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import Ahead, Beside
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "floor-plan-vae",
    settings=Settings(epochs=40, least_steps=2000, batch_size=64, learning_rate=1e-3, schedule="linear"),
    default_for=["floor-plans"],
)
def floor_plan_vae(
    data_shape: Sequence[int],
    *,
    context_shape: tuple[int, ...] = (1, 32, 32),
    latent_dim: int = 24,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    warmup_steps: int = 1000,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE that is told a picture, such as a building's outline, and draws plans that fill it.

    Encoder, decoder and prior each read the context by a network of their own.

    Args:
        data_shape: of one example, any shape.
        context_shape: of one context; taken from the data.
        latent_dim: numbers in a code.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        network: of examples and of contexts; see: autoencode list networks.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4. There a first guess is fed in as well.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    told = [networks[network](context_shape) for _ in range(3)]
    wide = told[0].features
    model = Autoencoder(
        encoder=Beside(nets.encoder, told[0].encoder),
        posterior=DiagonalNormalPosterior(nets.features + wide, latent_dim),
        prior=ConditionalNormalPrior(told[1].encoder, wide, latent_dim),
        decoder=Ahead(nets.decoder(latent_dim + wide, p_x.features_shape), told[2].encoder),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
