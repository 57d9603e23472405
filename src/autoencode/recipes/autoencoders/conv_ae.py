"""The tutorials' plain convolutional autoencoder."""

from collections.abc import Sequence
from functools import partial

from torch import nn

from autoencode.decoders import ConvDecoder
from autoencode.encoders import ConvEncoder
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, Reconstruction
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings


@recipe(
    "conv-ae",
    settings=Settings(
        epochs=10,
        min_steps=1500,
        batch_size=128,
        optimizer="adam",
        learning_rate=1e-3,
        schedule="linear",
    ),
)
def conv_ae(
    data_shape: Sequence[int], *, latent_dim: int = 8, dropout: float = 0.05, scale: float = 1.0
) -> tuple[Autoencoder, Objective]:
    """A plain convolutional autoencoder: pictures to a few numbers and back (LeakyReLU, dropout, squared error).

    Convolutions 3×3 of 16 and 32 channels (stride 2), a dense layer of 128, the bottleneck, and the mirror of it all.
    It has no prior, so it compresses and reconstructs but generates nothing.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: n, the numbers in the bottleneck.
        dropout: probability that a feature map is dropped in training, after each convolution.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
    """
    require_image(data_shape, "conv-ae")
    activation = partial(nn.LeakyReLU, 0.2, inplace=True)
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    encoder = ConvEncoder(data_shape, [16, 32], [2, 2], [128], activation, dropout)
    model = Autoencoder(
        encoder=encoder,
        posterior=PointMassPosterior(encoder.out_features, latent_dim),
        decoder=ConvDecoder(latent_dim, p_x.features_shape, [32, 16, 16], [2, 2], [128], activation, dropout),
        likelihood=p_x,
    )
    return model, Reconstruction()
