"""The VAE whose KL weighs more."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "beta-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def beta_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    beta: float = 4.0,
    warmup_steps: int = 0,
    free_bits: float = 0.0,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose KL weighs β: fewer dimensions are used, each for something of its own.

    With β above 1 a code is worth less than it costs, so reconstructions are blurred; see capacity-vae for a way round.
    The paper's data are chairs, faces and sprites and its networks larger; there β is also given divided by the number
    of pixels over that of latents, here it is not: nll and KL are sums.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        beta: weight of the KL; 1 is the evidence lower bound, below 1 favours reconstruction.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        free_bits: nats that each latent dimension may use at no cost, on average over a batch.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Higgins et al., "beta-VAE", ICLR 2017, equation 4; free bits: Kingma et al., NeurIPS 2016, equation 15.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta), free_bits=free_bits)
