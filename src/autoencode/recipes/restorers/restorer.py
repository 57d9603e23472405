"""The restorer of images of any size."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt

from autoencode.corruptions import Compose, RandomClean, StrengthJitter, corruptions, parse_corruptions
from autoencode.model import Autoencoder
from autoencode.nn import ResidualCode, UNet
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.recipes.families import RESTORER_DATA, RESTORER_SETTINGS, residual_restorer
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("restorer", settings=RESTORER_SETTINGS, data=RESTORER_DATA)
def restorer(
    data_shape: Sequence[int],
    *,
    corruption: Annotated[tuple[str, ...], corruptions] = (),
    clean_fraction: Annotated[float, Field(ge=0, le=1)] = 0.1,
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.0,
    widths: Widths = (48, 64, 96, 128),
    blocks: PositiveInt = 1,
    scale: PositiveFloat = 0.1,
) -> tuple[Autoencoder, Objective]:
    """Restores damaged images of any size: a denoising autoencoder that predicts a correction (autoencode restore).

    Train it on clean images with --corruption, or on pairs of damaged and clean images with --target. Its code is the
    image itself and a correction found by a U-Net, so it restores and does not compress.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        corruption: applied to clean images, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; nothing for pairs (--target).
        clean_fraction: share of the inputs that are left clean, so that clean images stay as they are.
        jitter: vary the strength of the damage at random by up to this factor, 0.5 for half; for few pairs.
        widths: channels of the feature maps at a half, a quarter … of the image's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    Raises:
        ArgumentError: the data are not images.

    References:
        Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010; the correction: Zhang et al., "Beyond a
        Gaussian denoiser", IEEE TIP 2017, equation 1; the network: Ronneberger, Fischer and Brox, MICCAI 2015.
    """
    require_image(data_shape, "restorer")
    channels = data_shape[0]
    model = residual_restorer(data_shape, ResidualCode(UNet(channels, channels, widths, blocks)), scale)
    damage = Compose((parse_corruptions(corruption), StrengthJitter(jitter), RandomClean(clean_fraction)))
    return model, Denoising(Reconstruction(), damage)
