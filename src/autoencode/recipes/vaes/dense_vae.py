"""The VAE of the first tutorials: one hidden layer on each side and a plane of codes."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "dense-vae",
    settings=Settings(epochs=30, min_steps=2000, batch_size=128, optimizer="adam", learning_rate=1e-3),
    default_for=["mnist", "binarized-mnist", "digits", "vectors"],
)
def dense_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 2,
    hidden: int = 256,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 1.0,
    warmup_steps: int = 0,
) -> tuple[Autoencoder, Objective]:
    """A small fully connected VAE with a 2-D code, for pictures and vectors (the tutorials' first).

    784-256-(2+2), ReLU, decoder 2-256-784, Adam, batch 128, 30 epochs. The two heads are a mean and the logarithm of a
    standard deviation.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        hidden: units of the one hidden layer on each side.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix C.
    """
    p_x = likelihoods[likelihood](data_shape)
    encoder = DenseEncoder(data_shape, [hidden])
    model = Autoencoder(
        encoder=encoder,
        posterior=DiagonalNormalPosterior(encoder.out_features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=DenseDecoder(latent_dim, [hidden], p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
