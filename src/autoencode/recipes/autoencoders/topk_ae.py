"""The sparse autoencoder that keeps the k largest units."""

import math
from collections.abc import Sequence

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt
from torch import nn

from autoencode.decoders import DictionaryDecoder
from autoencode.model import Autoencoder
from autoencode.objectives import AuxKLoss, Objective, Reconstruction
from autoencode.posteriors import TopKPosterior
from autoencode.recipes.families import fixed_normal
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("topk-ae", settings=Settings(epochs=15, min_steps=3000, batch_size=128, schedule="linear"))
def topk_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 1024,
    k: PositiveInt = 32,
    dead_after: PositiveInt = 200,
    auxk_weight: NonNegativeFloat = 1 / 32,
    scale: PositiveFloat = 1.0,
) -> tuple[Autoencoder, Objective]:
    """A k-sparse autoencoder: like sparse-ae, with exactly k features for each example and no penalty to tune.

    One layer each way; the decoder's columns have unit norm. An auxiliary loss revives units that are never used.
    `active_fraction` and `dead_fraction` report the share of active and of dead units.

    Args:
        data_shape: shape of one example.
        latent_dim: units of the code.
        k: units kept for each example, at most latent_dim.
        dead_after: training steps without use after which a unit counts as dead.
        auxk_weight: weight of the auxiliary loss, by which dead units reconstruct the residual.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    Raises:
        ArgumentError: k is larger than latent_dim.

    References:
        Makhzani and Frey, "k-sparse autoencoders", ICLR 2014, section 2.1: there activations may be negative, weights
        are tied, and k falls in training; here units are rectified and weights are tied at the start only. Gao et al.,
        "Scaling and evaluating sparse autoencoders", 2024, sections 2.3 to 2.4 and appendix A: there a unit is dead
        after 10 million examples, both losses are relative errors, and the auxiliary loss has a k of its own.
    """
    p_x = fixed_normal(data_shape, scale)
    posterior = TopKPosterior(math.prod(data_shape), latent_dim, k, dead_after)
    decoder = DictionaryDecoder(latent_dim, p_x.features_shape)
    decoder.init_encoder(posterior.head)
    model = Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x)
    return model, Reconstruction() + auxk_weight * AuxKLoss()
