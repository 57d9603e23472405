"""The VAE whose codes are positive."""

from collections.abc import Sequence
from functools import partial

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import GammaPosterior
from autoencode.priors import GammaPrior
from autoencode.recipes.families import SMALL_STEP_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("gamma-vae", settings=SMALL_STEP_SETTINGS)
def gamma_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 10,
    concentration: PositiveFloat = 0.3,
    rate: PositiveFloat = 0.3,
    warmup_steps: NonNegativeInt = 0,
    likelihood: LikelihoodName = "bernoulli",
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose codes are positive numbers, such as amounts: gamma posteriors and a sparse gamma prior.

    The KL is exact, and the gradients of draws are implicit. The paper's networks are fully connected.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.6 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for codes that are amounts, in many pictures.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        concentration: of the prior; below 1 most latent variables are near 0.
        rate: of the prior, whose mean is concentration / rate.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, sections 3 and 6.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    prior = partial(GammaPrior, concentration=concentration, rate=rate)
    return vae(nets, p_x, latent_dim, posterior=GammaPosterior, prior=prior), Elbo(beta=Warmup(warmup_steps))
