"""The VAE that is conditioned on an image."""

from collections.abc import Sequence

from pydantic import NonNegativeInt, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import ChannelConditioned, ConditionalDecoder, RefinedDecoder, refinement_layers
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes.families import LikelihoodName
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings


@recipe(
    "floor-plan-vae",
    settings=Settings(
        epochs=12, batch_size=128, optimizer="muon", learning_rate=0.02, schedule="linear", ema_decay=0.99
    ),
    default_for=["floor-plans"],
)
def floor_plan_vae(
    data_shape: Sequence[int],
    *,
    context_shape: Widths = (1, 32, 32),
    latent_dim: PositiveInt = 24,
    likelihood: LikelihoodName = "bernoulli",
    warmup_steps: NonNegativeInt = 1000,
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE conditioned on an image: generates floor plans that fill the outline of a building, or the like.

    With Adam in place of Muon the codes were never used: all plans of an outline were the same grey average.

    Args:
        data_shape: (channels, height, width), any size.
        context_shape: (channels, height, width) of the image it is conditioned on, any size; taken from the data.
        latent_dim: dimensions of the latent code.
        likelihood: distribution of an image given its code; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        network: of examples and of contexts; see: autoencode list networks.

    Raises:
        ArgumentError: the data are not images.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4. There a first guess is fed in as well; not here.
    """
    require_image(data_shape, "floor-plan-vae")
    p_x, context_channels, width = likelihoods[likelihood](data_shape), context_shape[0], 16
    nets = networks[network]((data_shape[0] + context_channels, *data_shape[1:]))
    for_prior, for_decoder = networks[network](context_shape), networks[network](context_shape)
    n_context_features, (n_features, *size) = for_decoder.features, p_x.features_shape
    decoder = ConditionalDecoder(nets.decoder(latent_dim + n_context_features, (width, *size)), for_decoder.encoder)
    model = Autoencoder(
        encoder=ChannelConditioned(nets.encoder),
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=ConditionalNormalPrior(for_prior.encoder, n_context_features, latent_dim),
        decoder=RefinedDecoder(decoder, refinement_layers(width + context_channels, width, n_features)),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
