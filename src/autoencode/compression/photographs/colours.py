"""Colours as brightness and two differences, without loss."""

import numpy as np
import numpy.typing as npt

from autoencode.compression.photographs.passes import Plane

Bytes = npt.NDArray[np.uint8]


def to_planes(pixels: Bytes) -> Plane:
    """(height, width, 3) RGB as (3, height, width): brightness from 0 to 255 and two differences from −255 to 255.

    Grey pictures, (height, width), have one plane.

    References:
        Malvar and Sullivan, "YCoCg-R: a color space with RGB reversibility and low dynamic range", JVT-I014r3, 2003.
    """
    if pixels.ndim == 2:
        return pixels[None].astype(np.int32)
    red, green, blue = np.moveaxis(pixels.astype(np.int32), 2, 0)
    orange = red - blue
    middle = blue + (orange >> 1)
    greenness = green - middle
    return np.stack([middle + (greenness >> 1), orange, greenness])


def to_pixels(planes: Plane) -> Bytes:
    """The inverse of `to_planes`."""
    if len(planes) == 1:
        return planes[0].astype(np.uint8)
    brightness, orange, greenness = planes
    middle = brightness - (greenness >> 1)
    green = greenness + middle
    blue = middle - (orange >> 1)
    return np.stack([blue + orange, green, blue], 2).astype(np.uint8)
