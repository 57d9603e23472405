"""Reads the values of a mask file as they are stored: nothing is blended, rounded or looked up."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from autoencode.data.images.complete import load_completely
from autoencode.data.images.picture import UnreadableError, make_upright, open_picture, orientation
from autoencode.data.masks.mask_classes import MaskKind, Values

_GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L")
_LOSSY = ("JPEG", "MPO", "WEBP")


class MaskFile(NamedTuple):
    """What a mask file says about itself.

    Args:
        height: in pixels.
        width: in pixels.
        kind: what its values are: labels, places in a palette, or colours.
        colours: of its palette, as 0xRRGGBB.
        lossy: whether its values may be others than those that were saved.
    """

    height: int
    width: int
    kind: MaskKind
    colours: tuple[int, ...] = ()
    lossy: bool = False


def read_mask_header(path: Path) -> MaskFile:
    """Reads no more than size and kind.

    Raises:
        UnreadableError: no picture, or one of floating-point numbers.
    """
    with open_picture(path) as image:
        width, height = make_upright(Image.new("1", image.size), orientation(image)).size
        if image.mode == "F":
            raise UnreadableError("a mask of floating-point numbers: save it with whole numbers, one for each class")
        kind = MaskKind.LABELS if image.mode in _GREY else MaskKind.COLOURS
        colours = tuple[int, ...]()
        if image.mode == "P":
            kind, colours = MaskKind.PALETTE, _palette(image)
        return MaskFile(height, width, kind, colours, image.format in _LOSSY)


def _palette(image: Image.Image) -> tuple[int, ...]:
    flat = image.getpalette("RGB") or []
    return tuple(flat[i] << 16 | flat[i + 1] << 8 | flat[i + 2] for i in range(0, len(flat) - 2, 3))


def read_mask_values(path: Path, kind: MaskKind, size: tuple[int, int] | None = None, fit: str = "crop") -> Values:
    """The values of a mask: numbers, places in its palette, or colours as 0xRRGGBB.

    Args:
        path: the file.
        kind: what is read; a mask with a palette can also be read as colours.
        size: (height, width) to which it is fitted as `read_picture` fits its picture, without new values; None for its
            own.
        fit: "crop", or "letterbox", whose bars are 0.

    Returns:
        int32, (height, width).

    Raises:
        UnreadableError: no picture, or a damaged one.
    """
    with open_picture(path) as image:
        turn = orientation(image)
        load_completely(image)
        upright = make_upright(image, turn)
        if kind is MaskKind.COLOURS:
            red, green, blue = np.moveaxis(np.asarray(upright.convert("RGB")).astype(np.int32), -1, 0)
            values = red << 16 | green << 8 | blue
        elif upright.mode in ("P", "I", "I;16", "I;16B", "I;16L"):
            values = np.asarray(upright).astype(np.int32)
        else:
            values = np.asarray(upright.convert("L")).astype(np.int32)
        return values if size in (None, values.shape) else _fitted(values, size, fit)


def _fitted(values: Values, size: tuple[int, int], fit: str) -> Values:
    image, target = Image.fromarray(values), (size[1], size[0])
    if fit == "crop":
        return np.asarray(ImageOps.fit(image, target, Image.Resampling.NEAREST))
    scaled = ImageOps.contain(image, target, Image.Resampling.NEAREST)
    framed = Image.new(scaled.mode, target)
    framed.paste(scaled, ((target[0] - scaled.width) // 2, (target[1] - scaled.height) // 2))
    return np.asarray(framed)
