"""The VAE whose codes match the prior all together."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.distributions import RadialBasis
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Mmd, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "info-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def info_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    alpha: float = 1.0,
    mmd_weight: float = 1000.0,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose codes, all together, must look like the prior's draws (InfoVAE; MMD-VAE where α is 1).

    loss = nll + (1 − α) KL + (α + λ − 1) MMD, with the unbiased MMD. With α = 1 a single code may tell as much as it
    likes: posteriors are narrow, and the elbo, which is still reported, is poor. The paper leaves the kernel open; this
    is that of its authors' tutorial, exp(−d² / latent_dim²). At first the MMD rules, so it needs thousands of steps.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        alpha: preference for informative codes, at most 1; 0 keeps the whole KL.
        mmd_weight: λ, the weight of the MMD; α + λ is at least 1.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Zhao, Song and Ermon, "InfoVAE", AAAI 2019, equation 6.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    if not 1 - mmd_weight <= alpha <= 1:
        raise ValueError("alpha is at most 1, and alpha + mmd_weight at least 1")
    return model, Elbo(1 - alpha) + (alpha + mmd_weight - 1) * Mmd(RadialBasis(latent_dim / 2**0.5))
