"""A tutorial's denoising autoencoder for scanned documents."""

from collections.abc import Sequence
from typing import Annotated

from torch import nn

from autoencode.corruptions import corruptions, parse_corruptions
from autoencode.model import Autoencoder
from autoencode.nn import Conv, FusedSequential, PooledConv, UpsampledConv, init_glorot, sizes_after
from autoencode.objectives import Denoising, Objective, Reconstruction
from autoencode.posteriors import IdentityPosterior
from autoencode.recipes.families import fixed_normal
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings

_WIDTH = 64


class _PooledOnce(FusedSequential):
    """The encoder. A restored pixel depends on those up to 5 rows and columns away, so that pages of any size fit."""

    halo, multiple = 5, 2


@recipe("document-denoise", settings=Settings(epochs=20, batch_size=12, learning_rate=1e-3))
def document_denoise(
    data_shape: Sequence[int],
    *,
    corruption: Annotated[tuple[str, ...], corruptions] = (),
) -> tuple[Autoencoder, Objective]:
    """A tutorial's convolutional denoiser for dirty scans, trained on pairs (--target); `restorer` is far better.

    A convolution of 64 channels, max-pooling of 2×2, a convolution of 64, upsampling, a convolution to the picture;
    ReLU, a sigmoid at the end, squared error; Glorot initialisation, Adam at 1e-3, batches of 12, 20 epochs. The
    tutorial scales every page to 258 × 540: give --size 258x540, or --patch 96 to learn from pages at full size.

    Args:
        data_shape: (channels, height, width), any size; the weights fit every other size, too.
        corruption: applied to clean images, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; nothing for pairs (--target).

    Raises:
        ArgumentError: the data are not images.

    References:
        Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008, section 2.3.
    """
    require_image(data_shape, "document-denoise")
    channels, height, width = data_shape
    half = sizes_after((height, width), [2])[-1]
    decoder = (Conv(_WIDTH, _WIDTH), nn.ReLU(inplace=True), UpsampledConv(_WIDTH, channels, (height, width)))
    model = Autoencoder(
        encoder=_PooledOnce(PooledConv(channels, _WIDTH), nn.ReLU(inplace=True)),
        posterior=IdentityPosterior((_WIDTH, *half)),
        decoder=FusedSequential(*decoder, nn.Sigmoid()),
        likelihood=fixed_normal(data_shape),
    )
    init_glorot(model)
    return model, Denoising(Reconstruction(), parse_corruptions(corruption))
