"""The VAE whose codes are bits."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import AnnealedTemperature, BernoulliPosterior
from autoencode.priors import BernoulliPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("bernoulli-vae", settings=Settings(epochs=20, min_steps=3000, learning_rate=3e-3, schedule="linear"))
def bernoulli_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 64,
    temperature: float = 1.0,
    final_temperature: float = 0.5,
    anneal_steps: int = 2000,
    straight_through: bool = False,
    warmup_steps: int = 1000,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with binary codes, relaxed in training (binary Concrete).

    Training sees relaxed codes and the KL of the bits, which together are no bound. Validation and evaluation draw
    bits, and their elbo and importance-weighted bounds are bounds for the model of bits.

    Args:
        data_shape: of one example, any shape.
        latent_dim: bits in a code.
        temperature: of the relaxation when training begins; lower is nearer to bits, with noisier gradients.
        final_temperature: what it falls to.
        anneal_steps: training steps in which it falls.
        straight_through: round codes in training too, and pass the gradient on as if they had not been.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Maddison, Mnih and Teh, "The concrete distribution", ICLR 2017, appendix B. There the rate is that of the
        relaxed densities, a code has 200 bits, and the temperature is a constant 2/3.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    heat = AnnealedTemperature(temperature, final_temperature, anneal_steps)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=BernoulliPosterior(nets.features, latent_dim, heat, straight_through=straight_through),
        prior=BernoulliPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
