"""The VAE whose codes are bits."""

from collections.abc import Sequence
from functools import partial

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import AnnealedTemperature, BernoulliPosterior
from autoencode.priors import BernoulliPrior
from autoencode.recipes.families import RELAXED_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("bernoulli-vae", settings=RELAXED_SETTINGS)
def bernoulli_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 64,
    temperature: PositiveFloat = 1.0,
    final_temperature: PositiveFloat = 0.5,
    anneal_steps: NonNegativeInt = 2000,
    straight_through: bool = False,
    warmup_steps: NonNegativeInt = 1000,
    likelihood: LikelihoodName = "bernoulli",
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose codes are bits, for hashing or compact storage; relaxed in training (binary Concrete).

    Training combines relaxed codes with the KL of the bits, which together are no bound. Validation and evaluation draw
    bits, and their elbo and importance-weighted bounds are bounds for the model of bits.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 2.5 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for hashes of thousands of pictures, with
    thousands of steps: here no bit is used yet.

    Args:
        data_shape: shape of one example.
        latent_dim: bits in a code.
        temperature: of the relaxation at the start; lower is nearer to bits, with gradients of higher variance.
        final_temperature: at the end of annealing, at most temperature.
        anneal_steps: training steps over which the temperature falls.
        straight_through: round codes in training too, and pass the gradient through unchanged.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Maddison, Mnih and Teh, "The concrete distribution", ICLR 2017, appendix B. There the KL is that of the relaxed
        densities, a code has 200 bits, and the temperature is a constant 2/3.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    annealed = AnnealedTemperature(temperature, final_temperature, anneal_steps)
    posterior = partial(BernoulliPosterior, temperature=annealed, straight_through=straight_through)
    return vae(nets, p_x, latent_dim, posterior=posterior, prior=BernoulliPrior), Elbo(beta=Warmup(warmup_steps))
