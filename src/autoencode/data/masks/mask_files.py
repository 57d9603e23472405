"""Reads the values of a mask file as they are stored: nothing is blended, rounded or looked up."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from autoencode.data.images.complete import load_completely
from autoencode.data.images.picture import UnreadableError, make_upright, open_picture, orientation
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind, Values

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
        kind: what is read. A mask with a palette has the grey values that it shows where labels are read, as its places
            differ from file to file; objects keep a number for each place, and one for each colour.
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
        values = _values(upright, kind)
        return values if size in (None, values.shape) else _fitted(values, size, fit)


def _values(image: Image.Image, kind: MaskKind) -> Values:
    if kind is MaskKind.COLOURS or (kind is MaskKind.OBJECTS and image.mode not in ("P", *_GREY)):
        red, green, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(np.int32), -1, 0)
        return red << 16 | green << 8 | blue
    if image.mode == "P" and kind is MaskKind.OBJECTS:
        return _black_is_zero(np.asarray(image).astype(np.int32), _palette(image))
    if image.mode in ("I", "I;16", "I;16B", "I;16L") or (image.mode == "P" and kind is MaskKind.PALETTE):
        return np.asarray(image).astype(np.int32)
    return np.asarray(image.convert("L")).astype(np.int32)


def _black_is_zero(places: Values, palette: tuple[int, ...]) -> Values:
    """Places in a palette as numbers of objects, of which 0 is no object: the place that shows black, if one does."""
    if palette[:1] == (0,) or 0 not in palette:
        return places
    return np.where(places == palette.index(0), 0, places + 1).astype(np.int32)


def read_true_mask(path: Path, classes: MaskClasses) -> Values:
    """The values of a mask that someone has drawn for a trained model, in the values of its classes.

    A file may store them in another way than those that the model learned from: labels as places in a palette, places
    by their colours. Of what it may mean, that is taken which has the most pixels of a known class.

    Args:
        path: the file.
        classes: of the model.

    Raises:
        UnreadableError: no picture, or a damaged one.
    """
    found = read_mask_values(path, classes.kind)
    if classes.of_objects or not unknown_share(found, classes):
        return found
    others = [read_mask_values(path, MaskKind.LABELS), read_mask_values(path, MaskKind.PALETTE)]
    if classes.kind is MaskKind.COLOURS:
        others = []
    elif classes.colours:
        others.append(_placed(read_mask_values(path, MaskKind.COLOURS), classes))
    return min([found, *others], key=lambda values: unknown_share(values, classes))


def _placed(colours: Values, classes: MaskClasses) -> Values:
    """The value of the class that has each colour; below 0 where none has."""
    values = -1 - colours
    for value, colour in zip(classes.values, classes.colours, strict=True):
        values[colours == colour] = value
    return values


def unknown_share(values: Values, classes: MaskClasses) -> float:
    """The share of pixels whose value is that of no class."""
    return 1 - float(np.isin(values, classes.values).mean())


def _fitted(values: Values, size: tuple[int, int], fit: str) -> Values:
    image, target = Image.fromarray(values), (size[1], size[0])
    if fit == "crop":
        return np.asarray(ImageOps.fit(image, target, Image.Resampling.NEAREST))
    scaled = ImageOps.contain(image, target, Image.Resampling.NEAREST)
    framed = Image.new(scaled.mode, target)
    framed.paste(scaled, ((target[0] - scaled.width) // 2, (target[1] - scaled.height) // 2))
    return np.asarray(framed)
