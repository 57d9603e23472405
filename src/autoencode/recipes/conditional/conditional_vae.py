"""The VAE that is conditioned on the class."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import ConditionalDecoder, ConditionalEncoder, OneHot
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes.families import AUTOENCODER_SETTINGS, LikelihoodName
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("conditional-vae", settings=AUTOENCODER_SETTINGS)
def conditional_vae(
    data_shape: Sequence[int],
    *,
    n_classes: PositiveInt = 10,
    latent_dim: PositiveInt = 8,
    likelihood: LikelihoodName = "bernoulli",
    beta: NonNegativeFloat = 1.0,
    warmup_steps: NonNegativeInt = 500,
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE conditioned on the class, which generates examples of a class you choose (generate --class).

    Args:
        data_shape: shape of one example.
        n_classes: number of classes; taken from the data by train.
        latent_dim: dimensions of the latent code, which need not encode the class.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4. There the context is an image and the output its labels.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=ConditionalEncoder(nets.encoder, OneHot(n_classes)),
        posterior=DiagonalNormalPosterior(nets.features + n_classes, latent_dim),
        prior=ConditionalNormalPrior(OneHot(n_classes), n_classes, latent_dim),
        decoder=ConditionalDecoder(nets.decoder(latent_dim + n_classes, p_x.features_shape), OneHot(n_classes)),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
