"""The autoencoder that keeps the k largest units."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import DeadUnits, Objective, Reconstruction
from autoencode.posteriors import TopKPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "topk-ae", settings=Settings(epochs=10, least_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear")
)
def topk_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 1024,
    k: int = 32,
    patience: int = 200,
    revival: float = 0.03,
    scale: float = 1.0,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A k-sparse autoencoder: of a large code the k largest units are kept; units that died are woken.

    The share of active units is reported as `active_share`, that of dead ones as `dead_share`.

    Args:
        data_shape: of one example, any shape.
        latent_dim: units of the code.
        k: units kept for each example.
        patience: training steps without use after which a unit counts as dead.
        revival: weight of the loss by which dead units try to describe what is left.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Makhzani and Frey, "k-sparse autoencoders", ICLR 2014, section 2.1; Gao et al., "Scaling and evaluating sparse
        autoencoders", 2024, appendix A.2. There encoder and decoder are one layer each.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=TopKPosterior(nets.features, latent_dim, k, patience),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Reconstruction() + revival * DeadUnits()
