"""The VAE whose codes are kept uncorrelated."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import DipPenalty, Elbo, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "dip-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def dip_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    variant: int = 2,
    off_diagonal: float = 10.0,
    diagonal: float = 10.0,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with a penalty on how far the covariance of its codes is from the identity (DIP-VAE I and II).

    The KL keeps its weight, so reconstructions stay good, and correlated dimensions are pulled apart. Both weights are
    the paper's for II; for I it takes a `diagonal` ten times as large. The paper's data are sprites, chairs and faces.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        variant: 1 for the covariance of the posterior means, 2 for that of the codes themselves.
        off_diagonal: weight of the squared covariances between dimensions.
        diagonal: weight of the squared distances of the variances from 1.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Kumar et al., "Variational inference of disentangled latent concepts", ICLR 2018, equations 5-7.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    if variant not in (1, 2):
        raise ValueError("variant is 1 or 2")
    return model, Elbo() + DipPenalty(off_diagonal, diagonal, means=variant == 1)
