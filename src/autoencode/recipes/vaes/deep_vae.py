"""A fully connected VAE that is good within seconds."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import nn

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.recipes.families import LikelihoodName, vae
from autoencode.recipes.networks import dense_networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("deep-vae", settings=Settings(epochs=20, min_steps=3000, batch_size=128, learning_rate=2e-3, schedule="linear"))
def deep_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 2,
    hidden: PositiveInt = 512,
    layers: PositiveInt = 2,
    likelihood: LikelihoodName = "bernoulli",
    beta: NonNegativeFloat = 1.0,
    warmup_steps: NonNegativeInt = 0,
) -> tuple[Autoencoder, Objective]:
    """A VAE of several fully connected layers, for small images and vectors: good results within seconds.

    On Fashion-MNIST, with the tutorial's β of 0.39, it is better than `fashion-vae` after five epochs, at a dozen times
    as many images a second. SiLU, Adam, a linearly decaying learning rate.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.6 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for small pictures and vectors: its layers see
    no neighbourhood, so draws are grain.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        hidden: units of each hidden layer.
        layers: hidden layers on each side.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL term rises from 0.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.
    """
    nets = dense_networks(data_shape, [hidden] * layers, nn.SiLU)
    return vae(nets, likelihoods[likelihood](data_shape), latent_dim), Elbo(beta=Warmup(warmup_steps, beta))
