"""The autoencoder whose code hardly moves when the example does."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import JacobianPenalty, Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "contractive-ae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear"),
)
def contractive_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    weight: float = 0.1,
    jacobian: str = "auto",
    scale: float = 1.0,
    network: Annotated[str, networks] = "dense",
) -> tuple[Autoencoder, Objective]:
    """A contractive autoencoder: the encoder's Jacobian is kept small.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in the code.
        weight: λ of the penalty, against squared error / 2.
        jacobian: exact, hutchinson (a random estimate), or auto: exact for codes of up to 32 numbers.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Rifai et al., "Contractive auto-encoders", ICML 2011, equations 1 and 5. There one sigmoid layer with tied
        weights, whose Jacobian has a closed form; here any encoder.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=PointMassPosterior(nets.features, latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Reconstruction() + weight * JacobianPenalty(method=jacobian)
