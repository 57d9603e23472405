"""The VAE with a weight on the KL."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.recipes.families import VAE_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("beta-vae", settings=VAE_SETTINGS)
def beta_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 10,
    beta: NonNegativeFloat = 4.0,
    warmup_steps: NonNegativeInt = 0,
    free_bits: NonNegativeFloat = 0.0,
    network: NetworkName = "auto",
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with a weight β on the KL: fewer latent dimensions, each for one factor of variation (disentangling).

    With β above 1 reconstructions are blurred; capacity-vae and beta-tc-vae avoid that. The paper's data are chairs,
    faces and sprites and its networks are larger; there β is also divided by the number of pixels per latent dimension,
    here it is not: nll and KL are sums.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.3 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one to separate causes in many pictures.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        beta: weight of the KL term; 1 gives the evidence lower bound, below 1 favours reconstruction.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        free_bits: nats that each latent dimension may use at no cost, on average over a batch.
        network: encoder and decoder; see: autoencode list networks.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.

    References:
        Higgins et al., "beta-VAE", ICLR 2017, equation 4; free bits: Kingma et al., NeurIPS 2016, equation 15.
    """
    model = vae(networks[network](data_shape), likelihoods[likelihood](data_shape), latent_dim)
    return model, Elbo(beta=Warmup(warmup_steps, beta), free_bits=free_bits)
