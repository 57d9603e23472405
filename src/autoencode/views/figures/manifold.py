"""The decoder's output on a grid over a plane of the latent space."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.views.figures.grid import grid
from autoencode.views.figures.tiles import fitting_scale

Decode = Callable[[Float[Tensor, "n latent_dim"]], Float[Tensor, "n channels height width"]]
_CHUNK = 200
_LENGTH = 1100
"""About how many pixels the longer side of the whole picture should have."""


def manifold(decode: Decode, latent_dim: int, axes: tuple[int, int] = (0, 1), side: int = 20) -> Image.Image:
    """Decoded codes from a square of the latent space, at the quantiles of a standard normal prior.

    Args:
        decode: codes (n, latent_dim) → pictures (n, channels, height, width) in [0, 1]: the means of p(x|z).
        latent_dim: dimensions of the latent space.
        axes: the two dimensions that vary: the first from left to right, the second from bottom to top. The others are
            0, the mean of the prior.
        side: pictures in a row and in a column; their codes are the standard normal's quantiles (i + ½) / side.

    Returns:
        A picture without gaps.

    Raises:
        ArgumentError: `axes` are not two different dimensions of the code.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix A, figure 4.
    """
    if axes[0] == axes[1] or not all(0 <= axis < latent_dim for axis in axes):
        raise ArgumentError(f"axes must be two different dimensions of 0 to {latent_dim - 1}, not {axes}")
    with torch.no_grad():
        images = torch.cat([decode(chunk).detach().cpu() for chunk in _codes(latent_dim, axes, side).split(_CHUNK)])
    return grid(images, columns=side, scale=fitting_scale(side * max(images.shape[-2:]), _LENGTH), gap=0)


def _codes(latent_dim: int, axes: tuple[int, int], side: int) -> Float[Tensor, "n latent_dim"]:
    """Row by row from the top, where the second axis is largest."""
    values = quantiles(side)
    codes = torch.zeros(side, side, latent_dim)
    codes[:, :, axes[0]] = values
    codes[:, :, axes[1]] = values.flip(0)[:, None]
    return codes.flatten(0, 1)


def quantiles(side: int) -> Float[Tensor, " side"]:
    """The standard normal's quantiles at (i + ½) / side, rising."""
    return torch.special.ndtri((torch.arange(side) + 0.5) / side)
