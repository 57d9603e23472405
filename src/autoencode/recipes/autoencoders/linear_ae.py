"""The autoencoder that finds the principal components."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from autoencode.decoders import LinearDecoder
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "linear-ae",
    settings=Settings(epochs=30, min_steps=4000, batch_size=256, learning_rate=1e-2, schedule="linear"),
)
def linear_ae(data_shape: Sequence[int], *, latent_dim: int = 16, scale: float = 1.0) -> tuple[Autoencoder, Objective]:
    """A linear autoencoder: trained to the end, its codes span the principal components.

    One linear layer each way, squared error. The optimum is any basis of the principal subspace, and no more: codes are
    a linear map of PCA's, neither ordered nor at right angles. Biases find the data's centre. A fresh model projects
    onto a random subspace, which is near enough for training to end within a percent of PCA's error.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in the code, the dimension of the subspace.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Baldi and Hornik, "Neural networks and principal component analysis", Neural Networks 2, 1989, facts 3 and 4.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    posterior = PointMassPosterior(math.prod(data_shape), latent_dim)
    decoder = LinearDecoder(latent_dim, p_x.features_shape)
    with torch.no_grad():
        nn.init.orthogonal_(decoder.linear.weight)
        posterior.head.weight.copy_(decoder.linear.weight.T)
        nn.init.zeros_(posterior.head.bias)
    return Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x), Reconstruction()
