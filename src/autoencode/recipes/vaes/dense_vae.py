"""The VAE of the first tutorials."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.recipes.families import LikelihoodName, vae
from autoencode.recipes.networks import dense_networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "dense-vae",
    settings=Settings(epochs=30, min_steps=2000, batch_size=128, learning_rate=1e-3),
    default_for=["mnist", "binarized-mnist", "digits", "vectors"],
)
def dense_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 2,
    hidden: PositiveInt = 256,
    likelihood: LikelihoodName = "bernoulli",
    beta: NonNegativeFloat = 1.0,
    warmup_steps: NonNegativeInt = 0,
) -> tuple[Autoencoder, Objective]:
    """A small fully connected VAE with a two-dimensional code that can be plotted: where to start.

    784-256-(2+2), ReLU, decoder 2-256-784, Adam, batch 128, 30 epochs. The two outputs of the encoder are the mean and
    the logarithm of the standard deviation.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.6 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one to learn how a VAE works, on digits and
    clothes: its layers see no neighbourhood.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        hidden: units of the one hidden layer on each side.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL term rises from 0.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.
    """
    model = vae(dense_networks(data_shape, [hidden]), likelihoods[likelihood](data_shape), latent_dim)
    return model, Elbo(beta=Warmup(warmup_steps, beta))
