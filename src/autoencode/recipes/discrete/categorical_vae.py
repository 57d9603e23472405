"""The VAE whose codes are classes."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import AnnealedTemperature, CategoricalPosterior
from autoencode.priors import CategoricalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("categorical-vae", settings=Settings(epochs=20, min_steps=3000, learning_rate=3e-3, schedule="linear"))
def categorical_vae(
    data_shape: Sequence[int],
    *,
    n_latents: int = 20,
    n_categories: int = 10,
    temperature: float = 1.0,
    final_temperature: float = 0.5,
    anneal_steps: int = 2000,
    straight_through: bool = False,
    warmup_steps: int = 1000,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with categorical codes, relaxed in training (Gumbel-softmax).

    Training sees relaxed codes and the KL of the classes, which together are no bound. Validation and evaluation draw
    classes, and their elbo and importance-weighted bounds are bounds. The warm-up is not the paper's.

    Args:
        data_shape: of one example, any shape.
        n_latents: categorical variables in a code.
        n_categories: of each; the decoder sees n_latents · n_categories numbers.
        temperature: of the relaxation when training begins; lower is nearer to classes, with noisier gradients.
        final_temperature: what it falls to.
        anneal_steps: training steps in which it falls.
        straight_through: round codes in training too, and pass the gradient on as if they had not been.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, equation 2 and section 4.2.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    heat = AnnealedTemperature(temperature, final_temperature, anneal_steps)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=CategoricalPosterior(nets.features, n_latents, n_categories, heat, straight_through=straight_through),
        prior=CategoricalPrior(n_latents, n_categories),
        decoder=nets.decoder(n_latents * n_categories, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
