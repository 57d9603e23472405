"""The autoencoder that is equivalent to principal component analysis."""

import math
from collections.abc import Sequence

import torch
from pydantic import PositiveFloat, PositiveInt
from torch import nn

from autoencode.decoders import LinearDecoder
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.families import fixed_normal
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "linear-ae",
    settings=Settings(epochs=30, min_steps=4000, batch_size=256, learning_rate=1e-2, schedule="linear"),
)
def linear_ae(
    data_shape: Sequence[int], *, latent_dim: PositiveInt = 16, scale: PositiveFloat = 1.0
) -> tuple[Autoencoder, Objective]:
    """A linear autoencoder: its codes span the same subspace as the principal components (PCA).

    One linear layer each way, squared error. At the optimum codes are an invertible linear map of the principal
    components, neither ordered nor orthogonal; the biases are the mean of the data. The initial weights project onto a
    random subspace, from which training ends within one per cent of PCA's error.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the code, and of the subspace.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Baldi and Hornik, "Neural networks and principal component analysis", Neural Networks 2, 1989, facts 3 and 4.
    """
    p_x = fixed_normal(data_shape, scale)
    posterior = PointMassPosterior(math.prod(data_shape), latent_dim)
    decoder = LinearDecoder(latent_dim, p_x.features_shape)
    with torch.no_grad():
        nn.init.orthogonal_(decoder.linear.weight)
        posterior.head.weight.copy_(decoder.linear.weight.T)
        nn.init.zeros_(posterior.head.bias)
    return Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x), Reconstruction()
