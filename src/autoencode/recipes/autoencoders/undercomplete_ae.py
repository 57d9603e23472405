"""The basic autoencoder: a code smaller than the example."""

from collections.abc import Sequence

from pydantic import PositiveFloat, PositiveInt

from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.recipes.families import AUTOENCODER_SETTINGS, fixed_normal, plain_autoencoder
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("undercomplete-ae", settings=AUTOENCODER_SETTINGS)
def undercomplete_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 16,
    scale: PositiveFloat = 1.0,
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A plain autoencoder: compresses each example to a small code and back, trained by squared error.

    It has no prior and generates nothing; `autoencode fit-prior` fits one to the codes afterwards.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the code.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313, 2006. There
        layers are first trained one by one; here all at once.
    """
    model = plain_autoencoder(networks[network](data_shape), fixed_normal(data_shape, scale), latent_dim)
    return model, Reconstruction()
