"""The autoencoder that repairs what it is shown."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.corruptions import corruptions, parse_corruptions
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "denoising-ae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear"),
)
def denoising_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 64,
    corruption: Annotated[tuple[str, ...], corruptions] = ("salt-and-pepper:0.1",),
    scale: float = 1.0,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A denoising autoencoder: shown corrupted examples, asked for the clean ones.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in the code.
        corruption: what corrupts the examples, as NAME, NAME:AMOUNT or NAME:LOW..HIGH, one after the other
            (autoencode list corruptions).
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008, equation 5.
        There codes are larger and sigmoid; here the bottleneck is a further constraint.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=PointMassPosterior(nets.features, latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Denoising(Reconstruction(), parse_corruptions(corruption))
