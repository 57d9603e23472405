"""A VAE without convolutions that reaches a good picture in seconds."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn

from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "deep-vae",
    settings=Settings(epochs=20, min_steps=3000, batch_size=128, learning_rate=2e-3, schedule="linear"),
)
def deep_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 2,
    hidden: int = 512,
    layers: int = 2,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 1.0,
    warmup_steps: int = 0,
) -> tuple[Autoencoder, Objective]:
    """A VAE of a few fully connected layers, for small pictures and vectors: good in seconds.

    On Fashion-MNIST, with the tutorial's β of 0.39, it is past `fashion-vae` after five epochs, at a dozen times as
    many pictures a second. SiLU between layers, Adam, a learning rate that falls in a straight line.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        hidden: units of each hidden layer.
        layers: hidden layers on each side.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.
    """
    p_x, widths = likelihoods[likelihood](data_shape), [hidden] * layers
    encoder = DenseEncoder(data_shape, widths, nn.SiLU)
    model = Autoencoder(
        encoder=encoder,
        posterior=DiagonalNormalPosterior(encoder.out_features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=DenseDecoder(latent_dim, widths, p_x.features_shape, nn.SiLU),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
