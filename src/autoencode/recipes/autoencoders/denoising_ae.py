"""The autoencoder that removes noise and other damage from its input."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import PositiveFloat, PositiveInt

from autoencode.corruptions import corruptions, parse_corruptions
from autoencode.model import Autoencoder
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.recipes.families import AUTOENCODER_SETTINGS, fixed_normal, plain_autoencoder
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("denoising-ae", settings=AUTOENCODER_SETTINGS)
def denoising_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 64,
    corruption: Annotated[tuple[str, ...], corruptions] = ("salt-and-pepper:0.1",),
    scale: PositiveFloat = 1.0,
    network: NetworkName = "auto",
) -> tuple[Autoencoder, Objective]:
    """A denoising autoencoder: the input is a corrupted example, the target the clean one.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the code.
        corruption: applied to the input, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; several are applied in order
            (autoencode list corruptions).
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008, equation 5.
        There codes are larger and sigmoid; here the bottleneck is a further constraint.
    """
    model = plain_autoencoder(networks[network](data_shape), fixed_normal(data_shape, scale), latent_dim)
    return model, Denoising(Reconstruction(), parse_corruptions(corruption))
