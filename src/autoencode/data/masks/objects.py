"""Separates the objects of a mask and numbers them."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Int32, UInt8

from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.masks.outlines import OBJECT

SMALLEST = 2e-4
"""Share of a picture's pixels below which an area is not counted."""


@dataclass(frozen=True, eq=False)
class Objects:
    """The objects of one class, or of all.

    Args:
        numbers: 0 outside, 1, 2, … for each object.
        count: how many there are.
    """

    numbers: Int32[np.ndarray, "*sides"]
    count: int


def connected(area: np.ndarray, smallest: int = 1) -> Objects:
    """The connected components of an area, diagonal neighbours included.

    Args:
        area: True inside, (height, width), or (slices, height, width) of a volume.
        smallest: components of fewer pixels are left out.

    Example:
        >>> connected(np.array([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]) > 0, smallest=2).count
        1
    """
    from scipy import ndimage

    numbers, count = cast("tuple[np.ndarray, int]", ndimage.label(area, np.ones((3,) * area.ndim)))
    sizes = np.bincount(numbers.ravel(), minlength=count + 1)
    kept = sizes >= smallest
    kept[0] = False
    renumbered = np.cumsum(kept) * kept
    return Objects(renumbered[numbers].astype(np.int32), int(kept.sum()))


def separated(classes: UInt8[np.ndarray, "*sides"], smallest: int = 1) -> Objects:
    """The objects of a mask of the classes background, object and outline.

    What is inside an outline begins an object, and each pixel of an outline is given to the nearest one of them; an
    area that is outline alone is an object as well.

    Args:
        classes: of each pixel.
        smallest: objects of fewer pixels are left out.

    References:
        Seeds that grow to an area's edge, as in the watershed of Vincent and Soille, IEEE PAMI 13, 1991; here along
        distances, as outlines are thin.
    """
    from scipy import ndimage

    seeds = connected(classes == OBJECT)
    areas = connected(classes > 0)
    with_seed = np.unique(areas.numbers[seeds.numbers > 0])
    alone = (areas.numbers > 0) & ~np.isin(areas.numbers, with_seed)
    numbers = np.where(alone, areas.numbers + seeds.count, seeds.numbers)
    if numbers.any():
        nearest = ndimage.distance_transform_edt(numbers == 0, return_distances=False, return_indices=True)
        numbers = numbers[tuple(cast("np.ndarray", nearest))] * (classes > 0)
    kept, places = np.unique(numbers, return_inverse=True)
    sizes = np.bincount(places.ravel())
    large = (sizes >= smallest) & (kept > 0)
    renumbered = np.cumsum(large) * large
    return Objects(renumbered[places].reshape(classes.shape).astype(np.int32), int(large.sum()))


def count_objects(
    classes: UInt8[np.ndarray, "*sides"], masks: MaskClasses, smallest: int | None = None
) -> dict[str, Objects]:
    """The objects of each class but the background, by its name; of masks of objects all together.

    Args:
        classes: of each pixel.
        masks: the classes.
        smallest: areas of fewer pixels are not counted; by default a five-thousandth of the picture.
    """
    least = max(1, round(SMALLEST * classes.size)) if smallest is None else smallest
    if masks.of_objects:
        return {"object": separated(classes, least)}
    return {name: connected(classes == number, least) for number, name in enumerate(masks.names) if number}
