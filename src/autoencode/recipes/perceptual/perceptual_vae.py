"""The VAE whose reconstructions are judged by what a network sees in them."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import FeatureExtractor, VggFeatures
from autoencode.objectives import Objective, Perceptual, Rate, Reconstruction
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings


@recipe(
    "perceptual-vae", settings=Settings(epochs=15, min_steps=2000, batch_size=128, schedule="linear", grad_clip=1000.0)
)
def perceptual_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 32,
    weight: float = 1.0,
    pixel_weight: float = 1.0,
    beta: float = 1.0,
    channels: tuple[int, ...] = (16, 32, 64),
    vgg_weights: str = "",
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE for sharper pictures: compared by the feature maps of a network that learns beside it (DFC-VAE).

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: numbers in a code.
        weight: of the distance between feature maps.
        pixel_weight: weight of nll beside it; 0 in the paper.
        beta: weight of the KL.
        channels: of that network's layers; the first keeps the picture's size, each other halves it.
        vgg_weights: a safetensors file of a VGG's weights, whose first three sizes of maps are compared in its place.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the pictures are compared by besides; see: autoencode list likelihoods.

    References:
        Hou et al., "Deep feature consistent variational autoencoder", WACV 2017, equations 3 and 4.
    """
    require_image(data_shape, "perceptual-vae")
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    strides = [1, *[2] * (len(channels) - 1)]
    seeing = (
        VggFeatures(vgg_weights) if vgg_weights else FeatureExtractor(data_shape, channels, 4, strides, pooled=True)
    )
    return model, pixel_weight * Reconstruction() + beta * Rate() + weight * Perceptual(seeing)
