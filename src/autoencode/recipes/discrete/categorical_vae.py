"""The VAE whose codes are categorical variables."""

from collections.abc import Sequence

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import AnnealedTemperature, CategoricalPosterior
from autoencode.priors import CategoricalPrior
from autoencode.recipes.families import RELAXED_SETTINGS, LikelihoodName, vae
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("categorical-vae", settings=RELAXED_SETTINGS)
def categorical_vae(
    data_shape: Sequence[int],
    *,
    n_latents: PositiveInt = 20,
    n_categories: PositiveInt = 10,
    temperature: PositiveFloat = 1.0,
    final_temperature: PositiveFloat = 0.5,
    anneal_steps: NonNegativeInt = 2000,
    straight_through: bool = False,
    warmup_steps: NonNegativeInt = 1000,
    likelihood: LikelihoodName = "bernoulli",
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose codes are categorical variables, relaxed in training (Gumbel-softmax).

    Training combines relaxed codes with the KL of the categories, which together are no bound. Validation and
    evaluation draw categories, and their elbo and importance-weighted bounds are bounds. The paper has no warm-up.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 3.5 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for classes without labels in thousands of
    pictures, with thousands of steps: here no category is used yet.

    Args:
        data_shape: shape of one example.
        n_latents: categorical variables in a code.
        n_categories: of each variable; the decoder's input has n_latents · n_categories numbers.
        temperature: of the relaxation at the start; lower is nearer to categories, with gradients of higher variance.
        final_temperature: at the end of annealing, at most temperature.
        anneal_steps: training steps over which the temperature falls.
        straight_through: round codes in training too, and pass the gradient through unchanged.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, equation 2 and section 4.2.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    annealed = AnnealedTemperature(temperature, final_temperature, anneal_steps)

    def posterior(features: int, _: int) -> CategoricalPosterior:
        return CategoricalPosterior(features, n_latents, n_categories, annealed, straight_through=straight_through)

    prior = CategoricalPrior(n_latents, n_categories)
    model = vae(nets, p_x, n_latents * n_categories, posterior=posterior, prior=lambda _: prior)
    return model, Elbo(beta=Warmup(warmup_steps))
