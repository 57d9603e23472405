"""Pictures of any size above their corrupted copies."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from autoencode.errors import ShapeError
from autoencode.views.figures.tiles import fitting_scale

_SIDE, _WIDTH = 480, 1960
_GAP, _BLOCK_GAP = 4, 20


Picture = UInt8[np.ndarray, "_channels _height _width"]


class View(NamedTuple):
    """A picture or a part of it, and the same part of its corrupted copy; both have one size."""

    original: Image.Image
    corrupted: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width of the view, and height of both pictures, one above the other."""
        return self.original.width, 2 * self.original.height + _GAP


def views(original: Picture, corrupted: Picture) -> list[View]:
    """What a sheet shows of a picture: the whole, and a part of a large one at full size, as shrinking hides noise.

    Args:
        original: (channels, height, width), one channel or three.
        corrupted: of the same shape.

    Returns:
        The whole picture, shrunk to at most 480 pixels a side; a very small one is enlarged. A picture of more than
        twice that size has a second view: its middle, at full size.

    Raises:
        ShapeError: the two differ in shape.
    """
    if original.shape != corrupted.shape:
        raise ShapeError(
            f"the corrupted picture must have the shape of the original, {original.shape}, not {corrupted.shape}"
        )
    both = [_image(picture) for picture in (original, corrupted)]
    longest = max(both[0].size)
    if longest <= _SIDE:
        times = fitting_scale(longest)
        return [
            View(
                *(image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST) for image in both)
            )
        ]
    width, height = (max(1, round(side * _SIDE / longest)) for side in both[0].size)
    whole = View(*(image.resize((width, height), Image.Resampling.BOX) for image in both))
    return [whole] if longest <= 2 * _SIDE else [whole, View(*(_middle(image) for image in both))]


def _image(picture: Picture) -> Image.Image:
    channels = [*picture] * (1 if len(picture) == 3 else 3)
    return Image.fromarray(np.stack(channels, axis=-1))


def _middle(image: Image.Image) -> Image.Image:
    width, height = (min(side, _SIDE) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def corruption_sheet(shown: Sequence[View]) -> Image.Image:
    """Views from left to right, then from top to bottom: originals above corrupted copies, transparent between.

    Raises:
        ShapeError: there are no views.
    """
    if not shown:
        raise ShapeError("a sheet needs at least one picture")
    places, size = _places([view.size for view in shown])
    sheet = Image.new("RGBA", size)
    for view, (x, y) in zip(shown, places, strict=True):
        sheet.paste(view.original, (x, y))
        sheet.paste(view.corrupted, (x, y + view.original.height + _GAP))
    return sheet


def _places(sizes: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """The upper left corner of each view, and the size of the sheet."""
    places: list[tuple[int, int]] = []
    x = y = low = right = 0
    for width, height in sizes:
        if x and x + width > _WIDTH:
            x, y = 0, low + _BLOCK_GAP
        places.append((x, y))
        x, low, right = x + width + _GAP, max(low, y + height), max(right, x + width)
    return places, (right, low)
