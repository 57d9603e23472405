"""The segmenter that draws several plausible masks."""

from collections.abc import Sequence
from math import prod
from typing import Annotated

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import nn

from autoencode.likelihoods import MaskLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import FeaturesAndCode
from autoencode.objectives import DiceLoss, Elbo, Objective, RecognisedCode, Warmup
from autoencode.posteriors import FeaturesAndNormalPosterior
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image
from autoencode.recipes.segmentation.segmenter import SEGMENTER_DATA, SEGMENTER_SETTINGS


@recipe("probabilistic-segmenter", settings=SEGMENTER_SETTINGS, data=SEGMENTER_DATA)
def probabilistic_segmenter(
    data_shape: Sequence[int],
    *,
    mask_classes: Annotated[int, Field(ge=2)] = 2,
    widths: Widths = (32, 48, 64, 96),
    blocks: PositiveInt = 1,
    latent_dim: PositiveInt = 6,
    features: PositiveInt = 16,
    warmup_steps: NonNegativeInt = 500,
    dice: NonNegativeFloat = 0.0,
) -> tuple[Autoencoder, Objective]:
    """Draws several plausible masks of a picture, where people would mark it differently (autoencode segment -n 8).

    A code of a few numbers says which of the plausible masks is meant: in training it comes from picture and mask, and
    later from the picture alone. It joins a U-Net's features at each pixel before the last layers.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        mask_classes: how many classes the masks have; taken from them.
        widths: channels of the feature maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        latent_dim: numbers of the code, one code for a picture.
        features: of each pixel, which the code joins.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        dice: weight of a Dice loss beside the bound. Without it probabilities, and so doubt, stay calibrated.

    Raises:
        ArgumentError: the data are not images.

    References:
        Kohl et al., "A probabilistic U-Net for segmentation of ambiguous images", NeurIPS 2018.
    """
    require_image(data_shape, "probabilistic-segmenter")
    channels, *size = data_shape
    model = Autoencoder(
        encoder=FeaturesAndCode(
            channels, mask_classes, features=features, latent_dim=latent_dim, widths=widths, blocks=blocks
        ),
        posterior=FeaturesAndNormalPosterior(features, latent_dim, size),
        decoder=nn.Sequential(
            nn.Conv2d(features + latent_dim, features, 1),
            nn.ReLU(),
            nn.Conv2d(features, features, 1),
            nn.ReLU(),
            nn.Conv2d(features, mask_classes, 1),
        ),
        likelihood=MaskLikelihood(data_shape, mask_classes),
    )
    bound: Objective = Elbo(beta=Warmup(warmup_steps))
    return model, RecognisedCode(bound + (dice * prod(size)) * DiceLoss() if dice else bound)
