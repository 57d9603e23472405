"""The restorer of pictures of any size."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.corruptions import Compose, RandomClean, StrengthJitter, corruptions, parse_corruptions
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import ResidualCode, ResidualCodeDecoder, UNet
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings


@recipe(
    "restorer",
    settings=Settings(min_steps=4000, batch_size=8, augment=1.0, optimizer="muon", learning_rate=0.01).replace(
        schedule="linear", ema_decay=0.998
    ),
    data={"patch": 96},
)
def restorer(
    data_shape: Sequence[int],
    *,
    corruption: Annotated[tuple[str, ...], corruptions] = (),
    clean_fraction: float = 0.1,
    jitter: float = 0.0,
    widths: tuple[int, ...] = (48, 64, 96, 128),
    blocks: int = 1,
    scale: float = 0.1,
) -> tuple[Autoencoder, Objective]:
    """A denoising autoencoder for pictures of any size: says what to add to each point (autoencode restore).

    Its code is the picture itself and a correction of it, found by a U-Net: it restores and does not compress.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        corruption: what corrupts clean pictures, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; nothing for pairs (--target).
        clean_fraction: share of the pictures that are shown as clean as they should become, so that such are left alone.
        jitter: how much stronger or weaker than in the examples their damage is shown, 0.5 for half; for few pairs.
        widths: channels of the maps at a half, a quarter … of the picture's size.
        blocks: residual blocks at each size, both ways.
        scale: standard deviation of the normal likelihood; the loss is squared error / (2 scale²) plus a constant.

    References:
        Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010; the correction: Zhang et al., "Beyond a
        Gaussian denoiser", IEEE TIP 2017, equation 1; the network: Ronneberger, Fischer and Brox, MICCAI 2015.
    """
    require_image(data_shape, "restorer")
    channels, *size = data_shape
    model = Autoencoder(
        encoder=ResidualCode(UNet(channels, channels, widths, blocks)),
        posterior=IdentityPosterior((2 * channels, *size)),
        decoder=ResidualCodeDecoder(),
        likelihood=NormalLikelihood(data_shape, FixedScale(scale)),
    )
    return model, Denoising(
        Reconstruction(), Compose((parse_corruptions(corruption), StrengthJitter(jitter), RandomClean(clean_fraction)))
    )
