"""The VAE that is told the class."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import ConditionalDecoder, ConditionalEncoder, OneHot
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "conditional-vae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear"),
)
def conditional_vae(
    data_shape: Sequence[int],
    *,
    n_classes: int = 10,
    latent_dim: int = 8,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 1.0,
    warmup_steps: int = 500,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A VAE that is told the class, and draws examples of the class you ask for (generate --class).

    Args:
        data_shape: of one example, any shape.
        n_classes: classes that there are; taken from the data.
        latent_dim: numbers in a code, which need not tell the class.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4. There the context is a picture and the output its labels.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=ConditionalEncoder(nets.encoder, OneHot(n_classes)),
        posterior=DiagonalNormalPosterior(nets.features + n_classes, latent_dim),
        prior=ConditionalNormalPrior(OneHot(n_classes), n_classes, latent_dim),
        decoder=ConditionalDecoder(nets.decoder(latent_dim + n_classes, p_x.features_shape), OneHot(n_classes)),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
