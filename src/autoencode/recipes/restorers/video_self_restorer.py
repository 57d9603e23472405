"""The restorer of clips that needs no clean ones."""

from collections.abc import Sequence

from torch import nn

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import ChannelConditioned, UNet
from autoencode.objectives import BlindSpot, Objective
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.recipe import recipe, recipes, require_image


@recipe("video-self-restorer", settings=recipes["video-restorer"].settings, data=recipes["video-restorer"].data)
def video_self_restorer(
    data_shape: Sequence[int],
    *,
    context_shape: tuple[int, ...] = (12, 96, 96),
    widths: tuple[int, ...] = (32, 64, 128),
    blocks: int = 1,
    scale: float = 0.1,
    mask_fraction: float = 0.2,
) -> tuple[Autoencoder, Objective]:
    """A restorer that learns from a noisy clip alone, of noise that is new in every pixel of every frame.

    In each frame some pixels are hidden and told from those around them, and from the frames before and after, which
    are seen whole. The code is the restored frame: as a correction of the noisy one it was learned far more slowly,
    since the network must first undo what it is added to. What stands still, or spreads over several pixels, stays: for
    that give clean clips (video-restorer).

    Args:
        data_shape: (channels, height, width) of a frame, any size; the weights fit every other size, too.
        context_shape: of the neighbours, one behind the other in the channels; taken from the data.
        widths: channels of the maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        mask_fraction: of the pixels that are hidden at a time.

    References:
        Sheth et al., "Unsupervised deep video denoising", ICCV 2021, whose network is blind by construction; here some
        pixels are hidden at a time, as in Krull, Buchholz and Jug, "Noise2Void", CVPR 2019.
    """
    require_image(data_shape, "video-self-restorer")
    channels = data_shape[0]
    model = Autoencoder(
        encoder=ChannelConditioned(UNet(channels + context_shape[0], channels, widths, blocks)),
        posterior=IdentityPosterior(tuple(data_shape)),
        decoder=nn.Identity(),
        likelihood=NormalLikelihood(data_shape, FixedScale(scale)),
    )
    return model, BlindSpot(mask_fraction)
