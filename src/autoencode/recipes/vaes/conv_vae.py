"""The default for pictures: a residual convolutional VAE with a real likelihood."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.decoders import ResidualDecoder
from autoencode.encoders import ResidualEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings

_SETTINGS = Settings(
    epochs=20, min_steps=2000, batch_size=64, learning_rate=2e-3, schedule="one-cycle", grad_clip=1000.0
)


@recipe("conv-vae", settings=_SETTINGS, default_for=["images"])
def conv_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 32,
    channels: tuple[int, ...] = (32, 64, 128),
    hidden: int = 256,
    likelihood: Annotated[str, likelihoods] = "normal-optimal",
    beta: float = 1.0,
    free_bits: float = 0.0,
    warmup_steps: int = 500,
) -> tuple[Autoencoder, Objective]:
    """A residual convolutional VAE for pictures of any size: the modern default.

    Residual blocks with group normalisation; every level halves the picture. The spread of the pictures around their
    reconstruction is kept at its optimum (σ-VAE), so no weight between the two terms of the loss has to be guessed.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: numbers in a code.
        channels: feature maps of each level.
        hidden: units of the dense layer before the code.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        free_bits: nats that each number of a code may use at no cost.
        warmup_steps: training steps over which the weight of the KL rises from 0.
    """
    require_image(data_shape, "conv-vae")
    p_x = likelihoods[likelihood](data_shape)
    encoder = ResidualEncoder(data_shape, channels, hidden)
    model = Autoencoder(
        encoder=encoder,
        posterior=DiagonalNormalPosterior(encoder.out_features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=ResidualDecoder(latent_dim, p_x.features_shape, channels[::-1]),
        likelihood=p_x,
    )
    return model, Elbo(Warmup(warmup_steps, beta), free_bits)
