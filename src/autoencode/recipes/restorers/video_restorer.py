"""The restorer of clips."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.corruptions import PerFrame, corruptions, parse_corruptions
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import ConditionalResidualCode, ResidualCodeDecoder, UNet
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.recipe import recipe, recipes, require_image


@recipe(
    "video-restorer",
    settings=recipes["restorer"].settings.replace(batch_size=4, min_steps=6000),
    data={"patch": 96, "frames": 5},
)
def video_restorer(
    data_shape: Sequence[int],
    *,
    context_shape: tuple[int, ...] = (12, 96, 96),
    corruption: Annotated[tuple[str, ...], corruptions] = (),
    widths: tuple[int, ...] = (32, 64, 128),
    blocks: int = 1,
    scale: float = 0.1,
) -> tuple[Autoencoder, Objective]:
    """The restorer for clips: each frame is corrected in sight of those before and after it (autoencode restore).

    Its code is the frame itself and a correction of it, which a U-Net finds from the frame and its neighbours.

    Args:
        data_shape: (channels, height, width) of a frame, any size; the weights fit every other size, too.
        context_shape: of the neighbours, one behind the other in the channels; taken from the data.
        corruption: what corrupts every frame of clean clips, each in its own way, as NAME:AMOUNT or NAME:LOW..HIGH.
        widths: channels of the maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Tassano, Delon and Veit, "FastDVDnet", CVPR 2020: five frames there, too, through two networks in a row.
    """
    require_image(data_shape, "video-restorer")
    channels, *size = data_shape
    model = Autoencoder(
        encoder=ConditionalResidualCode(UNet(channels + context_shape[0], channels, widths, blocks)),
        posterior=IdentityPosterior((2 * channels, *size)),
        decoder=ResidualCodeDecoder(),
        likelihood=NormalLikelihood(data_shape, FixedScale(scale)),
    )
    return model, Denoising(
        Reconstruction(), PerFrame(parse_corruptions(corruption))
    ) if corruption else Reconstruction()
