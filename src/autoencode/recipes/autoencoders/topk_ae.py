"""The autoencoder that keeps the k largest units."""

import math
from collections.abc import Sequence

from torch import nn

from autoencode.decoders import DictionaryDecoder
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import AuxKLoss, Objective, Reconstruction
from autoencode.posteriors import TopKPosterior
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("topk-ae", settings=Settings(epochs=15, min_steps=3000, batch_size=128, schedule="linear"))
def topk_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 1024,
    k: int = 32,
    dead_after: int = 200,
    auxk_weight: float = 1 / 32,
    scale: float = 1.0,
) -> tuple[Autoencoder, Objective]:
    """A k-sparse autoencoder: of a large code the k largest units are kept; units that died are woken.

    One layer each way, whose words have length 1. The share of active units is reported as `active_fraction`, that of dead
    ones as `dead_fraction`.

    Args:
        data_shape: of one example, any shape.
        latent_dim: units of the code.
        k: units kept for each example.
        dead_after: training steps without use after which a unit counts as dead.
        auxk_weight: weight of the loss by which dead units try to describe what is left.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Makhzani and Frey, "k-sparse autoencoders", ICLR 2014, section 2.1: there activations may be negative, weights
        are tied, and k falls in training; here units are rectified and weights only begin tied. Gao et al., "Scaling
        and evaluating sparse autoencoders", 2024, sections 2.3 to 2.4 and appendix A: there a unit dies after 10
        million examples, both losses are relative errors, and the dead units that speak are half an example's numbers.
    """
    p_x = NormalLikelihood(data_shape, FixedScale(scale))
    posterior = TopKPosterior(math.prod(data_shape), latent_dim, k, dead_after)
    decoder = DictionaryDecoder(latent_dim, p_x.features_shape)
    decoder.init_encoder(posterior.head)
    model = Autoencoder(encoder=nn.Flatten(), posterior=posterior, decoder=decoder, likelihood=p_x)
    return model, Reconstruction() + auxk_weight * AuxKLoss()
