"""Tensors as small pictures, and small pictures pasted on a transparent sheet."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from autoencode.errors import ShapeError

_TILE = 72
"""About how many pixels long the longer side of a picture in a grid should be to be seen well."""
MAX_SIDE = 4096
"""Pixels; what would make a sheet longer is drawn smaller."""

Tiles = UInt8[np.ndarray, "n tile_height tile_width values"]
Place = tuple[int, int]
"""(x, y) of a tile's top left corner, in pixels from the top left corner of the sheet."""
Room = tuple[int, int]
"""The largest width and height of a tile, in pixels."""


def tiles(
    images: Float[Tensor, "n channels height width"], scale: int | None = None, room: Room = (MAX_SIDE, MAX_SIDE)
) -> Tiles:
    """8-bit pictures with an alpha channel, each pixel repeated `scale` times both ways, or shrunk to fit.

    Args:
        images: in [0, 1]; other values are clipped, as the mean of a normal likelihood has no bounds. Three channels
            are colours; any other number is shown as the grey mean of the channels.
        scale: a whole number; by default the longer side of small pictures is enlarged to about 72 pixels.
        room: the largest width and height of a tile; `room_for` gives it.

    Returns:
        (n, tile height, tile width, 2 or 4): grey and alpha, or colours and alpha.

    Raises:
        ShapeError: no picture at all, or not four axes.
    """
    if images.ndim != 4 or 0 in images.shape:
        raise ShapeError(f"pictures must come as (n, channels, height, width), n > 0, not {tuple(images.shape)}")
    colours = images.detach().cpu().float().nan_to_num()
    if colours.shape[1] != 3:
        colours = colours.mean(1, keepdim=True)
    height, width = colours.shape[-2:]
    limit = min(room[0] / width, room[1] / height)
    if limit < 1:
        size = (max(1, int(height * limit)), max(1, int(width * limit)))
        colours = F.interpolate(colours, size, mode="bilinear", antialias=True)
    pixels = (colours.clamp(0, 1) * 255).round().permute(0, 2, 3, 1).numpy().astype(np.uint8)
    opaque = np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=-1)
    times = max(1, min(scale or fitting_scale(max(height, width)), int(limit)))
    return opaque.repeat(times, axis=1).repeat(times, axis=2)


def room_for(columns: int, rows: int, gap: int) -> Room:
    """How large a tile may be so that the sheet stays below `MAX_SIDE` both ways; at least one pixel."""
    return max(1, MAX_SIDE // columns - gap), max(1, MAX_SIDE // rows - gap)


def fitting_scale(side: int, target: int = _TILE) -> int:
    """The whole number that brings `side` nearest to `target`; 1 for what is larger already."""
    return max(1, round(target / side))


def paste_tiles(pictures: Tiles, places: Sequence[Place]) -> Image.Image:
    """A sheet with each tile at its place, transparent elsewhere."""
    _, height, width, channels = pictures.shape
    far_x, far_y = (max(place[axis] for place in places) for axis in (0, 1))
    sheet = np.zeros((far_y + height, far_x + width, channels), np.uint8)
    for picture, (x, y) in zip(pictures, places, strict=True):
        sheet[y : y + height, x : x + width] = picture
    return Image.fromarray(sheet)
