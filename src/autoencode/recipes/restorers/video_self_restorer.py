"""The restorer of video that needs no clean video."""

from collections.abc import Sequence

from pydantic import PositiveFloat, PositiveInt

from autoencode.model import Autoencoder
from autoencode.nn import ChannelConditioned, ConditionalResidualCode, UNet
from autoencode.objectives import BlindSpot, Objective, Recorruption
from autoencode.recipes.families import (
    VIDEO_RESTORER_DATA,
    VIDEO_RESTORER_SETTINGS,
    direct_restorer,
    residual_restorer,
)
from autoencode.recipes.parameters import Fraction, Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("video-self-restorer", settings=VIDEO_RESTORER_SETTINGS, data=VIDEO_RESTORER_DATA)
def video_self_restorer(
    data_shape: Sequence[int],
    *,
    context_shape: Widths = (12, 96, 96),
    widths: Widths = (32, 64, 128),
    blocks: PositiveInt = 1,
    scale: PositiveFloat = 0.1,
    blind_spots: bool = True,
    mask_fraction: Fraction = 0.2,
) -> tuple[Autoencoder, Objective]:
    """Removes noise from video without clean examples: trained on the noisy video alone (autoencode restore).

    In each frame some pixels are masked and predicted from their neighbours and from the frames before and after, which
    are not masked; so the noise must be independent from pixel to pixel and from frame to frame. Damage that stays in
    place or extends over several pixels stays: for that use video-restorer with clean video.

    Slices of a volume are frames, too: of each one neighbour on either side with --frames 3.

    Args:
        data_shape: (channels, height, width) of a frame, any size; the weights fit every other size, too.
        context_shape: of the neighbouring frames, concatenated along the channels; taken from the data.
        widths: channels of the feature maps at a half, a quarter … of the frame's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        blind_spots: without them noise is added again, as in self-restorer, and a frame is corrected in sight of its
            neighbours: better against noise that is near to normal, where neighbours differ, such as slices.
        mask_fraction: share of the pixels that are masked at a time, with blind spots.

    Raises:
        ArgumentError: the data are not frames of video.

    References:
        Sheth et al., "Unsupervised deep video denoising", ICCV 2021, whose network is blind by construction; here some
        pixels are masked at a time, as in Krull, Buchholz and Jug, "Noise2Void", CVPR 2019.
    """
    require_image(data_shape, "video-self-restorer")
    channels = data_shape[0]
    network = UNet(channels + context_shape[0], channels, widths, blocks)
    if blind_spots:
        return direct_restorer(data_shape, ChannelConditioned(network), scale), BlindSpot(mask_fraction)
    return residual_restorer(data_shape, ConditionalResidualCode(network), scale), Recorruption()
