"""The VAE that fills a given shape."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import ChannelConditioned, ConditionalDecoder, RefinedDecoder, refinement_layers
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes.networks import networks
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
    context_shape: tuple[int, ...] = (1, 32, 32),
    latent_dim: int = 24,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    warmup_steps: int = 1000,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE that is told a picture, such as a building's outline, and draws plans that fill it.

    With Adam in place of Muon the codes were never used: every plan of an outline was the same grey average.

    Args:
        data_shape: (channels, height, width), any size.
        context_shape: of one context, a picture of any size; taken from the data.
        latent_dim: numbers in a code.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        network: of examples and of contexts; see: autoencode list networks.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4. There a first guess is fed in as well; not here.
    """
    require_image(data_shape, "floor-plan-vae")
    p_x, context_channels, wide = likelihoods[likelihood](data_shape), context_shape[0], 16
    nets = networks[network]((data_shape[0] + context_channels, *data_shape[1:]))
    for_prior, for_decoder = networks[network](context_shape), networks[network](context_shape)
    n_context_features, (n_features, *size) = for_decoder.features, p_x.features_shape
    decoder = ConditionalDecoder(nets.decoder(latent_dim + n_context_features, (wide, *size)), for_decoder.encoder)
    model = Autoencoder(
        encoder=ChannelConditioned(nets.encoder),
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=ConditionalNormalPrior(for_prior.encoder, n_context_features, latent_dim),
        decoder=RefinedDecoder(decoder, refinement_layers(wide + context_channels, wide, n_features)),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
