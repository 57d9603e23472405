"""The autoencoder whose large code is mostly silent."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import L1Penalty, Objective, RatePenalty, Reconstruction
from autoencode.posteriors import RectifiedPosterior, SigmoidPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "sparse-ae", settings=Settings(epochs=10, least_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear")
)
def sparse_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 1024,
    penalty: str = "l1",
    weight: float = 0.1,
    rate: float = 0.05,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A sparse autoencoder: a code larger than the example, few of whose units answer to any one example.

    With `l1` units are rectified and their sum is penalised; with `kl` they are sigmoids whose mean activation over the
    batch is drawn to a rate. The share of active units is reported as `active_share`.

    Args:
        data_shape: of one example, any shape.
        latent_dim: units of the code, more than the example has numbers for an overcomplete one.
        penalty: l1, or kl for the divergence from the rate.
        weight: of the penalty, against squared error / 2.
        rate: the mean activation that kl asks for.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Ng, "Sparse autoencoder", CS294A lecture notes, 2011, section 3. There ρ̂ is a mean over all examples.
    """
    if penalty not in ("l1", "kl"):
        raise ArgumentError(f"--penalty takes l1 or kl, not {penalty!r}")
    p_x = NormalLikelihood(data_shape, FixedScale(1.0))
    nets = networks[network](data_shape)
    posterior = RectifiedPosterior if penalty == "l1" else SigmoidPosterior
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=posterior(nets.features, latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Reconstruction() + weight * (L1Penalty() if penalty == "l1" else RatePenalty(rate))
