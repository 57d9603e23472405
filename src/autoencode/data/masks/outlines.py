"""Objects with numbers, as three classes from which objects that touch can be separated again."""

import numpy as np
from jaxtyping import UInt8

BACKGROUND, OBJECT, OUTLINE = range(3)
OBJECT_NAMES = ("background", "object", "outline")


def outline_classes(numbers: np.ndarray) -> UInt8[np.ndarray, "height width"]:
    """Background, object, or outline: a pixel of an object with another one, or background, next to it.

    Args:
        numbers: 0 for background, another number for each object, (height, width).

    Example:
        >>> outline_classes(np.array([[0, 1, 1, 1, 2, 2]] * 3)).tolist()[1]
        [0, 2, 1, 2, 2, 1]
    """
    edge = np.zeros(numbers.shape, bool)
    for axis in (0, 1):
        differs = np.diff(numbers, axis=axis) != 0
        before, after = (slice(None, -1), slice(1, None))
        first, second = ((before, slice(None)), (after, slice(None))) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
        edge[first] |= differs
        edge[second] |= differs
    classes = np.where(edge, OUTLINE, OBJECT)
    classes[numbers == 0] = BACKGROUND
    return classes.astype(np.uint8)
