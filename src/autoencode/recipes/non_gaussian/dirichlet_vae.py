"""The VAE whose codes are shares of a whole."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DirichletPosterior
from autoencode.priors import DirichletPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "dirichlet-vae",
    settings=Settings(epochs=20, min_steps=3000, learning_rate=3e-3, schedule="linear"),
)
def dirichlet_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    concentration: float = 0.99,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with codes that sum to 1: Dirichlet posteriors and a symmetric Dirichlet prior.

    The paper approximates draws by inverse gamma distribution functions; here they are exact and their gradients
    implicit. Its codes have 50 shares, which are so small that a decoder is slow to hear them; here there are 10.

    Args:
        data_shape: of one example, any shape.
        latent_dim: shares in a code, 2 or more.
        concentration: the prior's, of each share; well below 1 few shares make up the whole.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Joo, Lee, Park and Moon, "Dirichlet variational autoencoder", Pattern Recognition 2020, section 3; gradients:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, section 3.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DirichletPosterior(nets.features, latent_dim),
        prior=DirichletPrior(latent_dim, concentration),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
