"""The VAE whose codes are numbers between 0 and 1."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import BetaPosterior
from autoencode.priors import BetaPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "interval-vae",
    settings=Settings(epochs=20, min_steps=3000, learning_rate=1e-3, optimizer="adam", schedule="linear"),
)
def interval_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    concentration: float = 1.0,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with codes between 0 and 1: beta posteriors and a uniform prior (it has no weight called beta).

    Gradients of draws are implicit and the KL is exact. The paper's networks are fully connected.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        concentration: both of the prior's; 1 is uniform, more is nearer to 1/2, less is nearer to the ends.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, sections 3 and 6.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=BetaPosterior(nets.features, latent_dim),
        prior=BetaPrior(latent_dim, concentration, concentration),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
