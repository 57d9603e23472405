"""The autoencoder with a large code of which few units are active for any example."""

import math
from collections.abc import Sequence
from typing import Literal

from pydantic import NonNegativeFloat, PositiveInt
from torch import nn

from autoencode.decoders import DictionaryDecoder, LinearDecoder
from autoencode.model import Autoencoder
from autoencode.objectives import DecoderWeightPenalty, L1Penalty, Objective, Reconstruction, SparsityPenalty
from autoencode.posteriors import ReluPosterior, SigmoidPosterior
from autoencode.recipes.families import fixed_normal
from autoencode.recipes.parameters import Fraction
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("sparse-ae", settings=Settings(epochs=15, min_steps=3000, learning_rate=3e-3, schedule="linear"))
def sparse_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 1024,
    penalty: Literal["l1", "kl"] = "l1",
    weight: NonNegativeFloat = 0.1,
    target_activation: Fraction = 0.05,
    decay: NonNegativeFloat = 1e-2,
) -> tuple[Autoencoder, Objective]:
    """A sparse autoencoder: finds interpretable features, a few of which describe each example.

    One layer each way, and a code larger than the example. With `l1`, units are rectified, their sum is penalised and
    the decoder's columns have unit norm; with `kl`, units are sigmoids whose mean activation over the batch is drawn
    towards a target. `active_fraction` reports the active units: above 0 with `l1`, above a half with `kl`.

    Args:
        data_shape: shape of one example.
        latent_dim: units of the code; more than the example has values for an overcomplete one.
        penalty: l1, or kl for the divergence of mean activations from the target.
        weight: of the penalty, against squared error / 2.
        target_activation: ρ, the target of kl.
        decay: weight decay of the decoder with kl; without it activations become small rather than sparse.

    References:
        Ng, "Sparse autoencoder", CS294A lecture notes, 2011, section 3: β = 3, ρ̂ a mean over all examples and decay on
        both layers; here batches and the decoder. L1 and unit norms: Olshausen and Field, Nature 381, 1996.
    """
    p_x, n = fixed_normal(data_shape), math.prod(data_shape)
    if penalty == "l1":
        posterior, decoder = ReluPosterior(n, latent_dim), DictionaryDecoder(latent_dim, p_x.features_shape)
        decoder.init_encoder(posterior.head, min(1.0, 2 * n / max(1, latent_dim)))
        objective = Reconstruction() + weight * L1Penalty()
    else:
        posterior = SigmoidPosterior(n, latent_dim, target_activation)
        decoder = LinearDecoder(latent_dim, p_x.features_shape)
        objective = Reconstruction() + weight * SparsityPenalty(target_activation) + decay * DecoderWeightPenalty()
    return Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x), objective
