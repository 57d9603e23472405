"""The restorer of video."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import PositiveFloat, PositiveInt

from autoencode.corruptions import PerFrame, corruptions, parse_corruptions
from autoencode.model import Autoencoder
from autoencode.nn import ConditionalResidualCode, UNet
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.recipes.families import VIDEO_RESTORER_DATA, VIDEO_RESTORER_SETTINGS, residual_restorer
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image


@recipe("video-restorer", settings=VIDEO_RESTORER_SETTINGS, data=VIDEO_RESTORER_DATA)
def video_restorer(
    data_shape: Sequence[int],
    *,
    context_shape: Widths = (12, 96, 96),
    corruption: Annotated[tuple[str, ...], corruptions] = (),
    widths: Widths = (32, 64, 128),
    blocks: PositiveInt = 1,
    scale: PositiveFloat = 0.1,
) -> tuple[Autoencoder, Objective]:
    """Restores damaged video: corrects each frame with the help of those before and after it (autoencode restore).

    Its code is the frame itself and a correction, which a U-Net computes from the frame and its neighbours.

    Args:
        data_shape: (channels, height, width) of a frame, any size; the weights fit every other size, too.
        context_shape: of the neighbouring frames, concatenated along the channels; taken from the data.
        corruption: applied to every frame of clean video independently, as NAME:AMOUNT or NAME:LOW..HIGH.
        widths: channels of the feature maps at a half, a quarter … of the frame's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    Raises:
        ArgumentError: the data are not frames of video.

    References:
        Tassano, Delon and Veit, "FastDVDnet", CVPR 2020: five frames there, too, through two networks in a row.
    """
    require_image(data_shape, "video-restorer")
    channels = data_shape[0]
    encoder = ConditionalResidualCode(UNet(channels + context_shape[0], channels, widths, blocks))
    model = residual_restorer(data_shape, encoder, scale)
    if not corruption:
        return model, Reconstruction()
    return model, Denoising(Reconstruction(), PerFrame(parse_corruptions(corruption)))
