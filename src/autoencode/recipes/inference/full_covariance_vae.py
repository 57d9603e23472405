"""The VAE whose posterior knows that dimensions are correlated."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import FullCovarianceNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "full-covariance-vae",
    settings=Settings(epochs=20, min_steps=3000, learning_rate=1e-3, optimizer="adam", schedule="linear"),
)
def full_covariance_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with a full-covariance normal posterior: z = μ + L ε with L lower triangular.

    The KL is exact. The factor's rows are counted in units of the standard deviations on its diagonal, which the paper
    does not do, so that a dimension that is not used can return to the prior on its own.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Kingma and Welling, "An introduction to variational autoencoders", 2019, section 2.5.1.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=FullCovarianceNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
