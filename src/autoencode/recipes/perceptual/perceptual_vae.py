"""The VAE whose reconstructions are compared by the feature maps of a network."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import FeatureExtractor, VggFeatures
from autoencode.objectives import Objective, Perceptual, Rate, Reconstruction
from autoencode.recipes.families import VAE_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.parameters import FileName, Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("perceptual-vae", settings=VAE_SETTINGS.replace(grad_clip=1000.0))
def perceptual_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 32,
    weight: NonNegativeFloat = 1.0,
    pixel_weight: NonNegativeFloat = 1.0,
    beta: NonNegativeFloat = 1.0,
    channels: Widths = (16, 32, 64),
    vgg_weights: FileName = "",
    network: NetworkName = "auto",
    likelihood: LikelihoodName = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE for sharper images: reconstructions are compared by the feature maps of a network (DFC-VAE).

    The network learns beside the VAE, from the same images, to recognise by how much an image was rotated; the paper's
    is a pretrained VGG-19.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.3 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for texture, with many pictures and hours.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: dimensions of the latent code.
        weight: of the distance between feature maps.
        pixel_weight: of nll beside it; 0 in the paper.
        beta: weight of the KL term.
        channels: of that network's layers; the first keeps the image's size, each other halves it.
        vgg_weights: a safetensors file with the weights of a VGG to use in its place (its first three resolutions).
        network: encoder and decoder; see: autoencode list networks.
        likelihood: distribution of an image given its code, for nll; see: autoencode list likelihoods.

    Raises:
        ArgumentError: the data are not images.

    References:
        Hou et al., "Deep feature consistent variational autoencoder", WACV 2017, equations 3 and 4.
    """
    require_image(data_shape, "perceptual-vae")
    model = vae(networks[network](data_shape), likelihoods[likelihood](data_shape), latent_dim)
    strides = [1, *[2] * (len(channels) - 1)]
    features = (
        VggFeatures(vgg_weights) if vgg_weights else FeatureExtractor(data_shape, channels, 4, strides, pooled=True)
    )
    return model, pixel_weight * Reconstruction() + beta * Rate() + weight * Perceptual(features)
