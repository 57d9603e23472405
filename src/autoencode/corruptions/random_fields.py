"""Random numbers for each picture and each pixel, and random fields that are smooth."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def uniform_per_pixel(x: Float[Tensor, "batch *shape"]) -> Tensor:
    """Uniform numbers, one for all channels of a pixel: (batch, 1, height, width), or (batch, d) for vectors."""
    return torch.rand_like(x[:, :1] if x.ndim == 4 else x)


def uniform_per_picture(x: Float[Tensor, "batch channels height width"], low: float = 0.0, high: float = 1.0) -> Tensor:
    """A number for each picture, (batch, 1, 1, 1)."""
    return x.new_empty((len(x), 1, 1, 1)).uniform_(low, high)


def value_noise(x: Float[Tensor, "batch channels height width"], cells: float, octaves: int = 1) -> Tensor:
    """Clouds: normal numbers on a coarse grid, and smooth between its points.

    Args:
        x: pictures, whose size, type and device the field has.
        cells: of the grid, along the shorter side of the pictures.
        octaves: how many such fields are added, each with cells of half the size and half the height.

    Returns:
        (batch, 1, height, width), of mean 0 and a standard deviation of about one.

    References:
        Perlin, "An image synthesizer", SIGGRAPH 1985; the noise here is of values, not of gradients.
    """
    field = _field(x, cells)
    for octave in range(1, octaves):
        field = field + _field(x, cells * 2**octave) / 2**octave
    return field / math.sqrt(sum(4.0**-octave for octave in range(octaves)))


def _field(x: Tensor, cells: float) -> Tensor:
    height, width = x.shape[2:]
    points = [min(side, max(2, round(cells * side / min(height, width)))) for side in (height, width)]
    grid = x.new_empty((len(x), 1, *points)).normal_()
    return F.interpolate(grid, size=(height, width), mode="bicubic", align_corners=False)
