"""The segmenter of pictures of any size."""

from collections.abc import Sequence
from math import prod
from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveInt
from torch import nn

from autoencode.likelihoods import MaskLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import DirectCode, UNet
from autoencode.objectives import DiceLoss, Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.families import RESTORER_SETTINGS
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image

SEGMENTER_SETTINGS = RESTORER_SETTINGS.replace(augment="affine,intensity", min_steps=2000, ema_decay=0.99)
SEGMENTER_DATA = {"patch": 128, "target_is": "masks"}


@recipe("segmenter", settings=SEGMENTER_SETTINGS, default_for=("drawn-cells",), data=SEGMENTER_DATA)
def segmenter(
    data_shape: Sequence[int],
    *,
    mask_classes: Annotated[int, Field(ge=2)] = 2,
    widths: Widths = (32, 48, 64, 96),
    blocks: PositiveInt = 1,
    dice: NonNegativeFloat = 1.0,
) -> tuple[Autoencoder, Objective]:
    """Finds the class of each pixel of pictures of any size, from pictures with masks (autoencode segment).

    Train it with --target masks/, a folder of masks with the names of the pictures. Its code is the logit of each class
    at each pixel, found by a U-Net.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        mask_classes: how many classes the masks have; taken from them.
        widths: channels of the feature maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        dice: weight of the Dice loss beside the cross-entropy of a pixel.

    Raises:
        ArgumentError: the data are not images.

    References:
        Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015; the Dice loss: Milletari, Navab and Ahmadi, "V-Net", 3DV
        2016; both together: Isensee et al., "nnU-Net", Nature Methods 2021.
    """
    require_image(data_shape, "segmenter")
    channels, *size = data_shape
    model = Autoencoder(
        encoder=DirectCode(UNet(channels, mask_classes, widths, blocks)),
        posterior=IdentityPosterior((mask_classes, *size)),
        decoder=nn.Identity(),
        likelihood=MaskLikelihood(data_shape, mask_classes),
    )
    if not dice:
        return model, Reconstruction()
    return model, Reconstruction() + (dice * prod(size)) * DiceLoss()
