"""The restorer that needs no clean images."""

from collections.abc import Sequence

from pydantic import PositiveFloat, PositiveInt

from autoencode.model import Autoencoder
from autoencode.nn import UNet
from autoencode.objectives import BlindSpot, Objective
from autoencode.recipes.families import RESTORER_DATA, RESTORER_SETTINGS, direct_restorer
from autoencode.recipes.parameters import Fraction, Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("self-restorer", settings=RESTORER_SETTINGS, data=RESTORER_DATA)
def self_restorer(
    data_shape: Sequence[int],
    *,
    widths: Widths = (32, 64, 128),
    blocks: PositiveInt = 1,
    scale: PositiveFloat = 0.1,
    mask_fraction: Fraction = 0.05,
) -> tuple[Autoencoder, Objective]:
    """Removes noise from images without clean examples: trained on the noisy images alone (autoencode restore).

    In each image a few pixels are masked and predicted from their neighbours (blind spots), so the noise must be
    independent from pixel to pixel. Stains, JPEG artefacts and other damage that extends over several pixels stays: for
    that use --recipe restorer with clean images, or with a second noisy image of each as --target.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        widths: channels of the feature maps at a half, a quarter … of the image's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        mask_fraction: share of the pixels that are masked at a time.

    Raises:
        ArgumentError: the data are not images.

    References:
        Krull, Buchholz and Jug, "Noise2Void", CVPR 2019. There the network is larger and has batch normalisation.
    """
    require_image(data_shape, "self-restorer")
    model = direct_restorer(data_shape, UNet(data_shape[0], data_shape[0], widths, blocks), scale)
    return model, BlindSpot(mask_fraction)
