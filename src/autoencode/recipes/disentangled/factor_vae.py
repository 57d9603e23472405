"""The VAE whose critic tells what its latent dimensions tell of each other."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, TotalCorrelation
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.critics import code_critic
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "factor-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def factor_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    gamma: float = 10.0,
    critic_hidden: int = 256,
    critic_learning_rate: float = 5e-4,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE that pays for what its dimensions tell of each other, as a critic estimates it (FactorVAE).

    loss = −elbo + γ · total correlation. The paper: a critic of six layers of 1000, its learning rate and the model's
    1e-4, 300,000 steps, γ from 10 to 40; here six layers of 256 and higher rates, for thousands of steps.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        gamma: weight of the total correlation.
        critic_hidden: units of each of the critic's six layers; 1000 in the paper.
        critic_learning_rate: highest learning rate of the critic.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Kim and Mnih, "Disentangling by factorising", ICML 2018, equations 2 and 3, algorithm 2 and appendix A.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo() + gamma * TotalCorrelation(code_critic(latent_dim, 6, critic_hidden), critic_learning_rate)
