"""The restorer of clips."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.corruptions import EachFrame, composed, corruptions
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import Start, Sum, UNet, WithCorrectionInContext
from autoencode.objectives import Corrupted, Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.recipe import recipe, recipes, require_image


@recipe("video-restorer", settings=recipes["restorer"].settings, data={"patch": 96, "frames": 5})
def video_restorer(
    data_shape: Sequence[int],
    *,
    context_shape: tuple[int, ...] = (12, 96, 96),
    corruption: Annotated[tuple[str, ...], corruptions] = (),
    widths: tuple[int, ...] = (32, 64, 128),
    blocks: int = 1,
    scale: float = 0.1,
) -> tuple[Autoencoder, Objective]:
    """The restorer for clips: a frame is corrected in sight of those before and after it (autoencode restore).

    Args:
        data_shape: (channels, height, width) of a frame, any size; the weights fit every other size, too.
        context_shape: of the neighbours, one behind the other in the channels; taken from the data.
        corruption: what spoils every frame of clean clips, each in its own way, as NAME:AMOUNT or NAME:LOW..HIGH.
        widths: channels of the maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Tassano, Delon and Veit, "FastDVDnet", CVPR 2020: five frames there, too, through two networks in a row.
    """
    require_image(data_shape, "video-restorer")
    model = clip_model(data_shape, context_shape, widths, blocks, scale)
    return model, Corrupted(Reconstruction(), EachFrame(composed(corruption))) if corruption else Reconstruction()


def clip_model(
    data_shape: Sequence[int],
    context_shape: Sequence[int],
    widths: Sequence[int],
    blocks: int,
    scale: float,
    start: Start | None = None,
) -> Autoencoder:
    """The model of a frame in sight of its neighbours; `start` is what is corrected, the frame by default."""
    channels, *size = data_shape
    return Autoencoder(
        encoder=WithCorrectionInContext(UNet(channels + context_shape[0], channels, widths, blocks), start),
        posterior=IdentityPosterior((2 * channels, *size)),
        decoder=Sum(),
        likelihood=NormalLikelihood(data_shape, FixedScale(scale)),
    )
