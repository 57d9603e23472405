"""Each thing of a row together with those around it."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from autoencode.errors import DataError

T = TypeVar("T")


def sliding_windows(row: Iterable[T], reach: int) -> Iterator[list[T]]:
    """Each thing in the middle of those around it; no more than twice the reach and one are held.

    Where there is none beyond an end, the one as far away on the other side stands in its place: never the thing
    itself, which would give the same noise to a model twice.

    Args:
        row: in order, such as the frames of a clip.
        reach: how many before and how many behind.

    Yields:
        2 · reach + 1 things, for each one of the row.

    Raises:
        DataError: fewer than 2 · reach things, when the row has ended.

    Example:
        >>> ["".join(near) for near in sliding_windows("abcde", 2)]
        ['cbabc', 'dabcd', 'abcde', 'bcdeb', 'cdedc']
    """
    held, start, middle, end = list[T](), 0, 0, 0
    for thing in row:
        held.append(thing)
        end += 1
        if end > middle + reach:
            yield _around(held, start, middle, end, reach)
            middle += 1
            while start < middle - reach:
                del held[0]
                start += 1
    if end < 2 * reach:
        raise DataError(f"{end} frames, and a frame with {reach} on either side needs at least {2 * reach}")
    while middle < end:
        yield _around(held, start, middle, end, reach)
        middle += 1


def _around(held: list[T], start: int, middle: int, end: int, reach: int) -> list[T]:
    """Those around the thing at `middle`, where `held` begins with the thing at `start` of `end`."""
    there = [middle + step if 0 <= middle + step < end else middle - step for step in range(-reach, reach + 1)]
    return [held[place - start] for place in there]
