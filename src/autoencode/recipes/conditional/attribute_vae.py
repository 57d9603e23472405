"""The VAE whose code has a block of numbers for each attribute."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import AttributeElbo, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import AttributePrior
from autoencode.recipes.families import LikelihoodName
from autoencode.recipes.networks import residual_networks
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings

_SETTINGS = Settings(
    epochs=20,
    min_steps=12000,
    batch_size=16,
    learning_rate=2e-3,
    schedule="one-cycle",
    ema_decay=0.998,
    grad_clip=1000.0,
)


@recipe("attribute-vae", settings=_SETTINGS)
def attribute_vae(
    data_shape: Sequence[int],
    *,
    n_values: Widths = (2,),
    block_dim: PositiveInt = 8,
    latent_dim: PositiveInt = 16,
    channels: Widths = (16, 32, 64),
    hidden: PositiveInt = 256,
    alpha: NonNegativeFloat = 100.0,
    likelihood: LikelihoodName = "normal-optimal",
    beta: NonNegativeFloat = 100.0,
) -> tuple[Autoencoder, Objective]:
    """A VAE that learns attributes: change one (edit), or take some from another picture (blend).

    Train it with --attributes FILE.csv, whose first column names pictures and each other one an attribute. A code has a
    block of numbers for each attribute, whose prior is a normal for each value, and a rest. In training blocks are
    drawn from the normals of their values, so that the decoder reads each attribute in its block and nowhere else.

    Args:
        data_shape: (channels, height, width), any size.
        n_values: values of each attribute; taken from the data by train.
        block_dim: dimensions of the block of one attribute.
        latent_dim: dimensions of the rest of the code.
        channels: feature maps of each level.
        hidden: units of the dense layer before the code.
        alpha: weight of the loss by which the encoder learns to read attributes.
        likelihood: distribution of an image given its code; see: autoencode list likelihoods.
        beta: weight of the KL of the rest; at 1, which gives a lower bound, it soon holds the attributes as well.

    Raises:
        ArgumentError: the data are not images.

    References:
        Joy, Schmon, Torr, Siddharth and Rainforth, "Capturing label characteristics in VAEs", ICLR 2021, sections 4 and
        5. There blocks come from the picture in training, and classifiers are networks; see `AttributeElbo`.
    """
    require_image(data_shape, "attribute-vae")
    nets, p_x = residual_networks(data_shape, channels, hidden), likelihoods[likelihood](data_shape)
    numbers = len(n_values) * block_dim + latent_dim
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, numbers),
        prior=AttributePrior(n_values, block_dim, latent_dim),
        decoder=nets.decoder(numbers, p_x.features_shape),
        likelihood=p_x,
    )
    return model, AttributeElbo(alpha, beta)
