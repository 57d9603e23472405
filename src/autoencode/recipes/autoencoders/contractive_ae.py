"""The autoencoder whose code changes little when the example does."""

from collections.abc import Sequence
from typing import Literal

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from autoencode.model import Autoencoder
from autoencode.objectives import JacobianPenalty, Objective, Reconstruction
from autoencode.recipes.families import AUTOENCODER_SETTINGS, fixed_normal, plain_autoencoder
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("contractive-ae", settings=AUTOENCODER_SETTINGS)
def contractive_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 16,
    weight: NonNegativeFloat = 0.1,
    jacobian: Literal["auto", "exact", "hutchinson"] = "auto",
    scale: PositiveFloat = 1.0,
    network: NetworkName = "dense",
) -> tuple[Autoencoder, Objective]:
    """A contractive autoencoder: a penalty on the encoder's Jacobian keeps the code insensitive to small changes.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the code.
        weight: λ, the weight of the penalty against squared error / 2.
        jacobian: how its norm is computed: exact, hutchinson (a random estimate), or auto: exact up to 32 dimensions.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Rifai et al., "Contractive auto-encoders", ICML 2011, equations 1 and 5. There one sigmoid layer with tied
        weights, whose Jacobian has a closed form; here any encoder.
    """
    model = plain_autoencoder(networks[network](data_shape), fixed_normal(data_shape, scale), latent_dim)
    return model, Reconstruction() + weight * JacobianPenalty(method=jacobian)
