"""The VAE whose reconstructions are judged by a critic."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import FeatureExtractor
from autoencode.objectives import LearnedSimilarity, Objective, Rate, Reconstruction
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "vae-gan",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=1000.0),
)
def vae_gan(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 32,
    gamma: float = 1.0,
    pixel_weight: float = 0.0,
    critic_channels: tuple[int, ...] = (16, 32, 64),
    critic_learning_rate: float = 2e-4,
    penalty: float = 1.0,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE and a GAN in one: sharp reconstructions, compared by what a critic sees in them (VAE/GAN).

    Values are not compared, unless `pixel_weight` is above 0: so nll and elbo say little of such a model. The paper's
    networks are larger, have batch normalisation, and learn by RMSprop at 3e-4.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        gamma: γ, the decoder's weight of the error in the critic's last layer.
        pixel_weight: weight of the squared error / 2 beside it; 0 in the paper.
        critic_channels: of the critic's layers, each half the size of the one before.
        critic_learning_rate: highest learning rate of the critic.
        penalty: weight of a gradient penalty, which steadies the critic; 0 in the paper.
        network: of encoder and decoder; see: autoencode list networks.

    References:
        Larsen et al., "Autoencoding beyond pixel_weight", ICML 2016, equations 5 to 10 and algorithm 1.
    """
    nets, p_x = networks[network](data_shape), NormalLikelihood(data_shape, FixedScale(1.0))
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    similarity = LearnedSimilarity(
        FeatureExtractor(data_shape, critic_channels, 1), gamma, critic_learning_rate, penalty
    )
    return model, pixel_weight * Reconstruction() + Rate() + similarity
