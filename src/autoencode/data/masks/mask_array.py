"""Masks from an array."""

import numpy as np
from jaxtyping import UInt8
from torch import Tensor

from autoencode.data.masks.find_classes import FoundClasses, find_classes
from autoencode.data.masks.mask_classes import MaskKind, Values
from autoencode.errors import DataError, ShapeError


def read_masks(
    array: Values, pictures: tuple[int, ...], name: str, *, objects: bool = False
) -> tuple[FoundClasses, UInt8[Tensor, "n classes height width"]]:
    """The classes of masks, and a plane for each.

    Args:
        array: (n, height, width), or with a further axis of one channel or of red, green and blue; whole numbers.
        pictures: (n, channels, height, width) of the pictures that they belong to.
        name: of the array, for messages.
        objects: whether values are the numbers of objects.

    Raises:
        ShapeError: they do not fit the pictures.
        DataError: floating-point numbers, or no classes.
    """
    n, _, height, width = pictures
    wanted = (n, height, width)
    masks = array[..., 0] if array.ndim == 4 and array.shape[-1] == 1 else array
    masks = masks[:, 0] if masks.ndim == 4 and masks.shape[1] == 1 else masks
    colour = masks.ndim == 4 and masks.shape[-1] == 3
    if masks.shape[:3] != wanted or masks.ndim not in (3, 4) or (masks.ndim == 4 and not colour):
        raise ShapeError(f"masks for these pictures have shape {wanted}, and '{name}' has {array.shape}")
    if array.dtype.kind not in "bui":
        raise DataError(f"masks are whole numbers, one for each class, and '{name}' is of type {array.dtype}")
    masks, kind = masks.astype(np.int32), MaskKind.LABELS
    if colour:
        masks, kind = masks[..., 0] << 16 | masks[..., 1] << 8 | masks[..., 2], MaskKind.COLOURS
    found = find_classes(masks, f"'{name}'", kind, objects=objects)
    if colour and found.classes.kind is MaskKind.LABELS:
        masks = masks & 255
    return found, found.classes.planes(np.stack([found.classes.indices(mask) for mask in masks])[:, None])
