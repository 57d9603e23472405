"""The autoencoder whose large code is mostly silent."""

import math
from collections.abc import Sequence

from torch import nn

from autoencode.decoders import DictionaryDecoder, LinearDecoder
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import DecoderWeightPenalty, L1Penalty, Objective, Reconstruction, SparsityPenalty
from autoencode.posteriors import ReluPosterior, SigmoidPosterior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("sparse-ae", settings=Settings(epochs=15, min_steps=3000, learning_rate=3e-3, schedule="linear"))
def sparse_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 1024,
    penalty: str = "l1",
    weight: float = 0.1,
    target_activation: float = 0.05,
    decay: float = 1e-2,
) -> tuple[Autoencoder, Objective]:
    """A sparse autoencoder: a code larger than the example, few of whose units answer to any one example.

    One layer each way. With `l1` units are rectified, their sum is penalised, and the decoder's words have length 1;
    with `kl` they are sigmoids whose mean activation over the batch is drawn to a rate. The share of active units is
    reported as `active_fraction`: for `l1` those above 0, for `kl` those above a half.

    Args:
        data_shape: of one example, any shape.
        latent_dim: units of the code, more than the example has numbers for an overcomplete one.
        penalty: l1, or kl for the divergence from the rate.
        weight: of the penalty, against squared error / 2.
        target_activation: ρ, the mean activation that kl asks for.
        decay: of the decoder's squared weights with kl; without it units need not be sparse, only faint.

    References:
        Ng, "Sparse autoencoder", CS294A lecture notes, 2011, section 3: β = 3, ρ̂ a mean over all examples and decay on
        both layers; here batches and the decoder. L1 and words of length 1: Olshausen and Field, Nature 381, 1996.
    """
    if penalty not in ("l1", "kl"):
        raise ArgumentError(f"--penalty takes l1 or kl, not {penalty!r}")
    p_x, n = NormalLikelihood(data_shape, FixedScale(1.0)), math.prod(data_shape)
    if penalty == "l1":
        posterior, decoder = ReluPosterior(n, latent_dim), DictionaryDecoder(latent_dim, p_x.features_shape)
        decoder.init_encoder(posterior.head, min(1.0, 2 * n / max(1, latent_dim)))
        objective = Reconstruction() + weight * L1Penalty()
    else:
        posterior, decoder = (
            SigmoidPosterior(n, latent_dim, target_activation),
            LinearDecoder(latent_dim, p_x.features_shape),
        )
        objective = Reconstruction() + weight * SparsityPenalty(target_activation) + decay * DecoderWeightPenalty()
    return Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x), objective
