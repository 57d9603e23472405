"""Tensors as small pictures, and small pictures laid on a transparent sheet."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from autoencode.errors import ShapeError

_TILE = 72
"""About how many pixels wide a picture in a grid should be to be seen well."""

Tiles = UInt8[np.ndarray, "n tile_height tile_width values"]
Place = tuple[int, int]
"""(x, y) of a tile's top left corner, in pixels from the sheet's."""


def tiles(images: Float[Tensor, "n channels height width"], scale: int | None = None) -> Tiles:
    """8-bit pictures with an alpha channel, each pixel repeated `scale` times both ways.

    Args:
        images: in [0, 1]; what lies outside is clipped, since the mean of a normal likelihood knows no bounds. Three
            channels are colours; any other number is shown as the grey mean of the channels.
        scale: a whole number; by default small pictures are brought to about 72 pixels.

    Returns:
        (n, height · scale, width · scale, 2 or 4): grey and alpha, or colours and alpha.

    Raises:
        ShapeError: no picture at all, or not four axes.
    """
    if images.ndim != 4 or 0 in images.shape:
        raise ShapeError(f"pictures must come as (n, channels, height, width), n > 0, not {tuple(images.shape)}")
    colours = images.detach().cpu().float().nan_to_num()
    if colours.shape[1] != 3:
        colours = colours.mean(1, keepdim=True)
    pixels = (colours.clamp(0, 1) * 255).round().permute(0, 2, 3, 1).numpy().astype(np.uint8)
    opaque = np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=-1)
    times = scale or fitting_scale(images.shape[-1])
    return opaque.repeat(times, axis=1).repeat(times, axis=2)


def fitting_scale(width: int, target: int = _TILE) -> int:
    """The whole number that brings `width` nearest to `target`; 1 for what is larger already."""
    return max(1, round(target / width))


def paste_tiles(pictures: Tiles, places: Sequence[Place]) -> Image.Image:
    """A sheet with each tile at its place, transparent where none lies."""
    _, height, width, channels = pictures.shape
    far_x, far_y = (max(place[axis] for place in places) for axis in (0, 1))
    sheet = np.zeros((far_y + height, far_x + width, channels), np.uint8)
    for picture, (x, y) in zip(pictures, places, strict=True):
        sheet[y : y + height, x : x + width] = picture
    return Image.fromarray(sheet)
