"""The VAE whose codes are directions."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import PowerSphericalPosterior
from autoencode.priors import HypersphericalUniformPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "hyperspherical-vae",
    settings=Settings(epochs=20, min_steps=3000, learning_rate=1e-3, optimizer="adam", schedule="linear"),
)
def hyperspherical_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 8,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with codes on the unit sphere: power spherical posteriors and a uniform prior.

    The first paper has von Mises-Fisher posteriors, drawn by rejection; the second paper's are as flexible, and their
    draws, entropy and KL have closed forms.

    Args:
        data_shape: of one example, any shape.
        latent_dim: dimensions of the space around the sphere, 2 or more; 2 is a circle.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Davidson, Falorsi, De Cao, Kipf and Tomczak, "Hyperspherical variational auto-encoders", UAI 2018, section 3;
        De Cao and Aziz, "The power spherical distribution", 2020, equations 6, 62 and 72.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=PowerSphericalPosterior(nets.features, latent_dim),
        prior=HypersphericalUniformPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
