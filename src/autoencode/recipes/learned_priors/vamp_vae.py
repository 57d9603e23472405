"""The VAE whose prior is a mixture of its own posteriors."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn

from autoencode.data import modality_of
from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import VampPrior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "vamp-vae",
    settings=Settings(epochs=60, min_steps=3000, batch_size=100, schedule="linear", ema_decay=0.999, grad_clip=200.0),
)
def vamp_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 40,
    hidden: int = 300,
    n_components: int = 500,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    warmup_steps: int = 5000,
) -> tuple[Autoencoder, Objective]:
    """The VAE with a VampPrior: a mixture of the posteriors of learned pseudo-inputs (gated 300-300-40).

    The paper trains by Adam at 5e-4, at most 2,000 passes with early stopping and 100 passes of warm-up; here the
    learning rate falls in a straight line, weights are averaged and the warm-up is counted in steps.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        hidden: units of the two gated hidden layers on each side.
        n_components: pseudo-inputs, each of them a component of the prior.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL rises from 0.

    References:
        Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018, equation 9 and section 5.2.
    """
    p_x = likelihoods[likelihood](data_shape)
    encoder = DenseEncoder(data_shape, [hidden, hidden], nn.GLU)
    posterior = DiagonalNormalPosterior(encoder.out_features, latent_dim)
    model = Autoencoder(
        encoder=encoder,
        posterior=posterior,
        prior=VampPrior(
            encoder, posterior, latent_dim, data_shape, n_components, bounded=modality_of(data_shape).bounded
        ),
        decoder=DenseDecoder(latent_dim, [hidden, hidden], p_x.features_shape, nn.GLU),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
