"""The VAE whose codes are positive."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import GammaPosterior
from autoencode.priors import GammaPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "gamma-vae", settings=Settings(epochs=20, min_steps=3000, learning_rate=1e-3, optimizer="adam", schedule="linear")
)
def gamma_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    concentration: float = 0.3,
    rate: float = 0.3,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with positive codes: gamma posteriors and a sparse gamma prior.

    Gradients of draws are implicit and the KL is exact. The paper's networks are fully connected.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        concentration: the prior's; below 1 most codes are near 0.
        rate: the prior's; its mean is concentration / rate.
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
        posterior=GammaPosterior(nets.features, latent_dim),
        prior=GammaPrior(latent_dim, concentration, rate),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
