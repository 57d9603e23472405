"""The VAE with a weight on the total correlation, which a critic estimates."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, TotalCorrelation
from autoencode.recipes.critics import code_critic
from autoencode.recipes.families import VAE_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("factor-vae", settings=VAE_SETTINGS)
def factor_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 10,
    gamma: NonNegativeFloat = 10.0,
    critic_hidden: PositiveInt = 256,
    critic_learning_rate: PositiveFloat = 5e-4,
    network: NetworkName = "auto",
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE with a weight γ on the total correlation, estimated by a critic: independent dimensions (FactorVAE).

    loss = −elbo + γ · total correlation. The paper: a critic of six layers of 1000, its learning rate and the model's
    1e-4, 300,000 steps, γ from 10 to 40; here six layers of 256 and higher rates, for thousands of steps.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.4 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one to separate independent causes in many
    pictures.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        gamma: weight of the total correlation.
        critic_hidden: units of each of the critic's six layers; 1000 in the paper.
        critic_learning_rate: peak learning rate of the critic.
        network: encoder and decoder; see: autoencode list networks.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.

    References:
        Kim and Mnih, "Disentangling by factorising", ICML 2018, equations 2 and 3, algorithm 2 and appendix A.
    """
    model = vae(networks[network](data_shape), likelihoods[likelihood](data_shape), latent_dim)
    return model, Elbo() + gamma * TotalCorrelation(code_critic(latent_dim, 6, critic_hidden), critic_learning_rate)
