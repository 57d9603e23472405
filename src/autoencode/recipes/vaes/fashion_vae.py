"""The tutorial's convolutional VAE for clothes."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.decoders import ConvDecoder
from autoencode.encoders import ConvEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings


@recipe(
    "fashion-vae",
    settings=Settings(epochs=5, min_steps=3000, batch_size=64, optimizer="muon", learning_rate=0.02, schedule="linear"),
    default_for=["fashion-mnist"],
)
def fashion_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 2,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 0.39,
    warmup_steps: int = 1500,
) -> tuple[Autoencoder, Objective]:
    """The tutorial's convolutional VAE for Fashion-MNIST, with a 2-D code.

    Convolutions 3×3 of 32, 64 (stride 2), 64 and 64 channels, a dense layer of 32; back by a dense layer to 64 maps of
    half the size, a transposed convolution of 32 (stride 2) and a convolution. ReLU throughout.

    The tutorial scaled the KL by 5e-4 against a cross-entropy averaged over the 784 pixels, which is β = 5e-4 · 784 ≈
    0.39 against the sum used here, and it called the logarithm of the variance what its sampling used as that of the
    standard deviation. It trained with RMSprop, batches of 16 and 20 epochs: --optimizer rmsprop --batch-size 16
    --epochs 20 --schedule constant.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: numbers in a code.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.
    """
    require_image(data_shape, "fashion-vae")
    p_x = likelihoods[likelihood](data_shape)
    encoder = ConvEncoder(data_shape, channels=[32, 64, 64, 64], strides=[1, 2, 1, 1], widths=[32])
    model = Autoencoder(
        encoder=encoder,
        posterior=DiagonalNormalPosterior(encoder.out_features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=ConvDecoder(latent_dim, p_x.features_shape, channels=[64, 32], strides=[2]),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
