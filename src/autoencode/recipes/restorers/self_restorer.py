"""The restorer that needs no clean images."""

from collections.abc import Sequence

from pydantic import PositiveFloat, PositiveInt

from autoencode.model import Autoencoder
from autoencode.nn import ResidualCode, UNet
from autoencode.objectives import BlindSpot, Objective, Recorruption
from autoencode.recipes.families import RESTORER_SETTINGS, SELF_RESTORER_DATA, direct_restorer, residual_restorer
from autoencode.recipes.parameters import Fraction, Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("self-restorer", settings=RESTORER_SETTINGS, data=SELF_RESTORER_DATA)
def self_restorer(
    data_shape: Sequence[int],
    *,
    widths: Widths = (32, 64, 128),
    blocks: PositiveInt = 1,
    scale: PositiveFloat = 0.1,
    blind_spots: bool = False,
    mask_fraction: Fraction = 0.05,
) -> tuple[Autoencoder, Objective]:
    """Removes noise from images without clean examples: trained on the noisy images alone (autoencode restore).

    Train it on the very images that are to be restored, one or more. To each as much noise is added again as it has,
    which is estimated, and a copy with noise taken away is predicted from that. The noise must be independent from
    pixel to pixel and near to normal, as that of light and of sensors is. Stains, JPEG artefacts and other damage that
    extends over several pixels stays: for that use --recipe restorer with clean images, or with a second noisy image of
    each as --target.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        widths: channels of the feature maps at a half, a quarter … of the image's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        blind_spots: predict masked pixels from their neighbours instead, for noise that is independent from pixel to
            pixel and far from normal, such as black and white pixels; much weaker against normal noise.
        mask_fraction: share of the pixels that are masked at a time, with blind spots.

    Raises:
        ArgumentError: the data are not images.

    References:
        Pang et al., "Recorrupted-to-Recorrupted", CVPR 2021; blind spots: Krull, Buchholz and Jug, "Noise2Void", CVPR
        2019. In both the network is larger and has batch normalisation.
    """
    require_image(data_shape, "self-restorer")
    channels = data_shape[0]
    network = UNet(channels, channels, widths, blocks)
    if blind_spots:
        return direct_restorer(data_shape, network, scale), BlindSpot(mask_fraction)
    return residual_restorer(data_shape, ResidualCode(network), scale), Recorruption()
