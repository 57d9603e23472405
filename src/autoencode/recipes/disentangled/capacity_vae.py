"""The VAE whose KL is held at a target that rises."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Capacity, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "capacity-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def capacity_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    capacity: float = 25.0,
    capacity_steps: int = 1500,
    gamma: float = 10.0,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose codes tell a given number of nats, which rises in training (controlled capacity).

    What is most worth telling gets a dimension first; as the capacity rises, the next finds one, and reconstructions
    are as good as so many nats allow. In the paper γ is 1,000 and the capacity rises over 100,000 steps. In a rise as
    short as here so large a γ makes codes far from the prior and not telling, since that alone attains the capacity.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        capacity: C at the end of the rise, in nats for each example.
        capacity_steps: training steps over which it rises from 0 in a straight line.
        gamma: how firmly the KL is held at the capacity.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Burgess et al., "Understanding disentangling in β-VAE", 2018, equation 8.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Capacity(gamma, Warmup(capacity_steps, capacity))
