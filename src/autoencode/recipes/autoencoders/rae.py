"""The autoencoder that replaces noise by regularisation."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import (
    CodeNormPenalty,
    DecoderGradientPenalty,
    DecoderWeightPenalty,
    Objective,
    Reconstruction,
)
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "rae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, learning_rate=1e-3, schedule="linear"),
    ex_post="mixture",
)
def rae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    regulariser: str = "gradient-penalty",
    weight: float = 1e-5,
    code_weight: float = 1e-2,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A regularised autoencoder: small codes, a smooth decoder, and a mixture fitted to the codes to draw from.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in the code.
        regulariser: of the decoder: l2 (its weights), gradient-penalty (its Jacobian), spectral-norm (of its layers).
        weight: λ, of l2 or the gradient penalty.
        code_weight: β, of half the squared length of the code.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020, equations 8 and 9 and section 4.
    """
    penalties = {
        "l2": weight * DecoderWeightPenalty(),
        "gradient-penalty": weight * DecoderGradientPenalty(),
        "spectral-norm": None,
    }
    if regulariser not in penalties:
        raise ArgumentError(f"--regulariser takes {', '.join(penalties)}, not {regulariser!r}")
    p_x = NormalLikelihood(data_shape, FixedScale(1.0))
    nets = networks[network](data_shape)
    decoder = nets.decoder(latent_dim, p_x.features_shape)
    if regulariser == "spectral-norm":
        for layer in [m for m in decoder.modules() if isinstance(m, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)]:
            spectral_norm(layer)
    posterior = PointMassPosterior(nets.features, latent_dim)
    model = Autoencoder(encoder=nets.encoder, posterior=posterior, decoder=decoder, likelihood=p_x)
    objective, penalty = Reconstruction() + code_weight * CodeNormPenalty(), penalties[regulariser]
    return model, objective if penalty is None else objective + penalty
