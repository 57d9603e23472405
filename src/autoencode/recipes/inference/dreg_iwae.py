"""The importance-weighted autoencoder with the better gradient."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import IwaeDreg, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "dreg-iwae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def dreg_iwae(
    data_shape: Sequence[int],
    *,
    n_samples: int = 8,
    latent_dim: int = 32,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """An importance-weighted autoencoder whose encoder learns from many samples without the noise (DReG).

    The bound is that of the recipe iwae. Its plain gradient tells the encoder less the more samples there are; this one
    tells it more. The paper's networks are two tanh layers of 200 and its K is 64.

    Args:
        data_shape: of one example, any shape.
        n_samples: K, codes drawn for each example; a step's cost grows with it.
        latent_dim: numbers in a code.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Tucker et al., "Doubly reparameterized gradient estimators for Monte Carlo objectives", ICLR 2019, equation 8.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, IwaeDreg(n_samples)
