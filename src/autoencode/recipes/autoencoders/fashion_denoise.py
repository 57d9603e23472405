"""A tutorial's denoising autoencoder for Fashion-MNIST."""

from collections.abc import Sequence
from itertools import pairwise
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

_WIDTHS = (64, 32, 16)


@recipe("fashion-denoise", settings=Settings(epochs=20, batch_size=2048, learning_rate=1e-3))
def fashion_denoise(
    data_shape: Sequence[int],
    *,
    corruption: Annotated[tuple[str, ...], corruptions] = ("salt-and-pepper:0.1",),
) -> tuple[Autoencoder, Objective]:
    """A tutorial's convolutional denoiser for small images such as Fashion-MNIST; `restorer` is better.

    Convolutions of 64, 32 and 16 channels, each followed by max-pooling of 2×2, and the mirror image; ReLU, a sigmoid
    at the end, squared error; Glorot initialisation, Adam at 1e-3, batches of 2048, 20 epochs.

    Args:
        data_shape: (channels, height, width), any size.
        corruption: applied to the input, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; several are applied in order.

    Raises:
        ArgumentError: the data are not images.

    References:
        Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008, section 2.3.
    """
    require_image(data_shape, "fashion-denoise")
    channels, height, width = data_shape
    sizes = sizes_after((height, width), [2] * len(_WIDTHS))
    encoder, decoder = list[nn.Module](), list[nn.Module]()
    for n_in, n_out in pairwise((channels, *_WIDTHS)):  # ReLU after the maximum is the same, on a quarter of the values
        encoder += [PooledConv(n_in, n_out), nn.ReLU(inplace=True)]
    decoder += [Conv(_WIDTHS[-1], _WIDTHS[-1]), nn.ReLU(inplace=True)]
    for n_in, n_out, size in zip(_WIDTHS[::-1], (*_WIDTHS[-2::-1], channels), sizes[-2::-1], strict=True):
        decoder += [UpsampledConv(n_in, n_out, size), nn.ReLU(inplace=True)]
    decoder[-1] = nn.Sigmoid()
    model = Autoencoder(
        encoder=FusedSequential(*encoder),
        posterior=IdentityPosterior((_WIDTHS[-1], *sizes[-1])),
        decoder=FusedSequential(*decoder),
        likelihood=fixed_normal(data_shape),
    )
    init_glorot(model)
    return model, Denoising(Reconstruction(), parse_corruptions(corruption))
