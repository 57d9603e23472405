"""Whether a floor plan suits its outline."""

from typing import Any

import numpy as np

from autoencode.data.published.sets.floor_plans import numbered_rooms

_EDGE_MISSING = 0.02
"""Share of an outline's edge that may have no wall."""


def suits(plan: np.ndarray, outline: np.ndarray) -> bool:
    """Whether a plan keeps to its outline, and has a way from each free point inside to each other one.

    Args:
        plan: True at walls, (height, width).
        outline: True inside the building, its edge included.

    Example:
        >>> outline = np.ones((5, 7), bool)
        >>> plan = outline.copy(); plan[1:4, 1:3] = plan[1:4, 4:6] = False
        >>> closed = suits(plan, outline); plan[2, 3] = False
        >>> closed, suits(plan, outline)
        (False, True)
    """
    return keeps_to(plan, outline) and is_reachable(plan, outline)


def keeps_to(plan: np.ndarray, outline: np.ndarray) -> bool:
    """Whether the outline's edge has walls, but for 1 point in 50, and no wall is outside of it."""
    from scipy import ndimage

    inner: Any = ndimage.binary_erosion(outline, np.ones((3, 3)))
    edge = outline & ~inner
    return bool((edge & ~plan).sum() <= _EDGE_MISSING * edge.sum() and not (plan & ~outline).any())


def is_reachable(plan: np.ndarray, outline: np.ndarray) -> bool:
    """Whether no room is cut off, and there is one."""
    return int(numbered_rooms(plan.astype(np.uint8), outline.astype(np.uint8)).max()) == 1
