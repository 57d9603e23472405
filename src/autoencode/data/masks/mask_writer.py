"""Masks as files of the kind that they were learned from."""

import io

import numpy as np
from PIL import Image, PngImagePlugin

from autoencode.data.masks.mask_classes import MaskClasses, MaskKind


def encode_mask(classes: np.ndarray, masks: MaskClasses, numbers: np.ndarray | None = None) -> bytes:
    """The content of a PNG file with the values of the masks that were learned from.

    Args:
        classes: the class of each pixel, (height, width).
        masks: the classes.
        numbers: of the objects, for masks that number them.
    """
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "autoencode")
    file = io.BytesIO()
    _image(classes, masks, numbers).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def _image(classes: np.ndarray, masks: MaskClasses, numbers: np.ndarray | None) -> Image.Image:
    if masks.of_objects and numbers is not None:
        return Image.fromarray(numbers.astype(np.uint16 if numbers.max(initial=0) > 255 else np.uint8))
    values = np.array(masks.values)[classes]
    if masks.kind is MaskKind.COLOURS:
        return Image.fromarray(np.stack([values >> shift & 255 for shift in (16, 8, 0)], -1).astype(np.uint8))
    image = Image.fromarray(values.astype(np.uint16 if max(masks.values) > 255 else np.uint8))
    if masks.kind is MaskKind.PALETTE:
        image.putpalette(_palette(masks))
    return image


def _palette(masks: MaskClasses) -> bytes:
    table = np.zeros((max(masks.values) + 1, 3), np.uint8)
    for value, colour in zip(masks.values, masks.colours or (0,) * len(masks), strict=True):
        table[value] = [colour >> shift & 255 for shift in (16, 8, 0)]
    return table.tobytes()
