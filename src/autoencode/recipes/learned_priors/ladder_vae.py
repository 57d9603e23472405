"""A VAE with several levels of latents."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn

from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import LadderPosterior
from autoencode.priors import LadderPrior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "ladder-vae",
    settings=Settings(epochs=60, min_steps=3000, batch_size=100, schedule="linear", ema_decay=0.999, grad_clip=200.0),
)
def ladder_vae(
    data_shape: Sequence[int],
    *,
    levels: tuple[int, ...] = (8, 16, 32),
    hidden: int = 300,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    warmup_steps: int = 10_000,
    free_bits: float = 0.5,
) -> tuple[Autoencoder, Objective]:
    """A ladder VAE: three levels of latents, each told by the ones above, the posterior residual to the prior.

    The paper has five levels, batch normalisation, and a posterior that adds up precisions; here there are three, no
    normalisation, and the posterior corrects the prior's mean and scale (NVAE). The decoder reads all levels at once.

    Args:
        data_shape: of one example, any shape.
        levels: numbers in the latent of each level, top first.
        hidden: units of the hidden layers and of the state between levels.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        free_bits: nats that each level may use at no cost, which keeps the upper ones alive.

    References:
        Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016, section 2; Vahdat and Kautz, "NVAE", NeurIPS
        2020, equation 2.
    """
    p_x = likelihoods[likelihood](data_shape)
    encoder = DenseEncoder(data_shape, [hidden, hidden], nn.SiLU)
    prior = LadderPrior(levels, hidden)
    model = Autoencoder(
        encoder=encoder,
        posterior=LadderPosterior(encoder.out_features, levels, prior.levels, prior.start),
        prior=prior,
        decoder=DenseDecoder(sum(levels), [hidden, hidden], p_x.features_shape, nn.SiLU),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps), free_bits=free_bits)
