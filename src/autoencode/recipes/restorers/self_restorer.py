"""The restorer that needs no clean pictures."""

from collections.abc import Sequence

from torch import nn

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import UNet
from autoencode.objectives import BlindSpot, Objective
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.recipe import recipe, recipes, require_image


@recipe("self-restorer", settings=recipes["restorer"].settings, data=recipes["restorer"].data)
def self_restorer(
    data_shape: Sequence[int],
    *,
    widths: tuple[int, ...] = (32, 64, 128),
    blocks: int = 1,
    scale: float = 0.1,
    mask_fraction: float = 0.05,
) -> tuple[Autoencoder, Objective]:
    """A restorer that learns from noisy pictures alone, of noise that is new in every pixel (autoencode restore).

    In each picture a few pixels are hidden and told from those around them. Stains, JPEG and other damage that spreads
    over several pixels stays: for that give clean pictures, or a second noisy one of each (--recipe restorer --target).

    The code is the restored picture: as a correction of the noisy one it was learned far more slowly, since the network
    must first undo what it is added to.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        widths: channels of the maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, on the way down and on the way up.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.
        mask_fraction: of the pixels that are hidden at a time.

    References:
        Krull, Buchholz and Jug, "Noise2Void", CVPR 2019. There the network is larger and has batch normalisation.
    """
    require_image(data_shape, "self-restorer")
    model = Autoencoder(
        encoder=UNet(data_shape[0], data_shape[0], widths, blocks),
        posterior=IdentityPosterior(tuple(data_shape)),
        decoder=nn.Identity(),
        likelihood=NormalLikelihood(data_shape, FixedScale(scale)),
    )
    return model, BlindSpot(mask_fraction)
