"""A tutorial's convolutional autoencoder."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt
from torch import nn

from autoencode.decoders import ConvDecoder
from autoencode.encoders import ConvEncoder
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.recipes.families import AUTOENCODER_SETTINGS, fixed_normal, plain_autoencoder
from autoencode.recipes.networks import Networks
from autoencode.recipes.recipe import recipe, require_image


@recipe("conv-ae", settings=AUTOENCODER_SETTINGS.replace(min_steps=1500))
def conv_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 8,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05,
    scale: PositiveFloat = 1.0,
) -> tuple[Autoencoder, Objective]:
    """A plain convolutional autoencoder: compresses images to a few numbers and back (LeakyReLU, dropout).

    Convolutions 3×3 of 16 and 32 channels (stride 2), a dense layer of 128, the bottleneck, and the mirror image of all
    that; squared error. It has no prior, so it compresses and reconstructs but generates nothing.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: dimensions of the bottleneck.
        dropout: probability that a feature map is set to zero in training, after each convolution.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    Raises:
        ArgumentError: the data are not images.
    """
    require_image(data_shape, "conv-ae")
    activation = partial(nn.LeakyReLU, 0.2, inplace=True)
    encoder = ConvEncoder(data_shape, [16, 32], [2, 2], [128], activation, dropout)
    decoder = partial(
        ConvDecoder, channels=[32, 16, 16], strides=[2, 2], widths=[128], activation=activation, dropout=dropout
    )
    nets = Networks(encoder, encoder.out_features, decoder)
    return plain_autoencoder(nets, fixed_normal(data_shape, scale), latent_dim), Reconstruction()
