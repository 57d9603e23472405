"""The size to which pictures are fitted."""

import re
from collections.abc import Sequence

from autoencode.errors import ArgumentError

Size = str | int | Sequence[int] | None
_MOST = 65_535


def read_size(size: Size) -> tuple[int, int] | None:
    """A height and a width from what a person gave.

    Args:
        size: (height, width), one number for a square, text such as "64x96" (height x width), or None.

    Returns:
        (height, width) in pixels, or None.

    Raises:
        ArgumentError: anything else.

    Example:
        >>> read_size("64x96"), read_size(32), read_size(None)
        ((64, 96), (32, 32), None)
    """
    if size is None:
        return None
    sides = _sides(size)
    if not 1 <= len(sides) <= 2 or not all(1 <= side <= _MOST for side in sides):
        raise ArgumentError(f"--size takes height x width in pixels, such as 64x64, not {size!r}")
    return sides[0], sides[-1]


def _sides(size: str | int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(size, int):
        return (size,)
    if isinstance(size, str):
        return tuple(int(side) for side in size.lower().split("x")) if re.fullmatch(r"\d+(x\d+)?", size, re.I) else ()
    return tuple(size)
