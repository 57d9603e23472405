"""The autoencoder whose code is smaller than the example."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "undercomplete-ae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear"),
)
def undercomplete_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    scale: float = 1.0,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A plain autoencoder: a code smaller than the example, and squared error.

    It has no prior; `autoencode fit-prior` gives it one afterwards, to draw from.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in the code.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 313, 2006. There
        layers are trained one by one first; here all at once.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=PointMassPosterior(nets.features, latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Reconstruction()
