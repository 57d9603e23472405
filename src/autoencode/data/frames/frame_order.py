"""In which order frames are, when each was taken, and where some are missing in between."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

_DIGITS = re.compile(r"(\d+)")
_MOMENT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)[-_T ]?(\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)"
    r"(?:[-_.,]?(\d{1,6}))?(?!\d)"
)
"""Year, month, day, hour, minute, second, and perhaps decimals of the second."""
_OF_COUNTS, _OF_TIMES = 1.5, 3.0
"""Usual steps from one frame to the next, above which frames are missing: of numbered frames one missing number does,
and times are never quite even."""


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """What names are sorted by, so that 2 comes before 10.

    Example:
        >>> sorted(["a10.png", "a9.png", "a2b.png", "A2.png"], key=natural_key)
        ['A2.png', 'a2b.png', 'a9.png', 'a10.png']
    """
    pieces = _DIGITS.split(name.lower())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)


class FrameTimes(NamedTuple):
    """When frames were taken.

    Args:
        values: rising, in seconds, or the numbers of the frames.
        step: the usual difference from one to the next.
        counted: whether they are numbers of frames, and not times.
    """

    values: tuple[float, ...]
    step: float
    counted: bool

    def gaps(self) -> list[int]:
        """The frames before which others are missing."""
        longest = (_OF_COUNTS if self.counted else _OF_TIMES) * self.step
        return [int(place) + 1 for place in np.flatnonzero(np.diff(self.values) > longest)]


def times_from_names(names: Sequence[str]) -> FrameTimes | None:
    """The times or numbers that the names of frames end with; None where they have none that rises.

    Args:
        names: in order.

    Example:
        >>> times_from_names(["f1.png", "f2.png", "f4.png"])
        FrameTimes(values=(1.0, 2.0, 4.0), step=1.0, counted=True)
        >>> times_from_names(["2020_01_02_03_04_05_500.jpg", "2020_01_02_03_04_05_600.jpg"]).step
        0.1
    """
    stems = [name.rpartition("/")[2].rpartition(".")[0] or name for name in names]
    moments = [_moment(stem) for stem in stems]
    if all(moment is not None for moment in moments):
        return frame_times([moment for moment in moments if moment is not None], counted=False)
    numbers = [_DIGITS.findall(stem) for stem in stems]
    if not all(numbers):
        return None
    return frame_times([float(found[-1]) for found in numbers])


def frame_times(values: Sequence[float], *, counted: bool | None = None) -> FrameTimes | None:
    """The times of frames; None where they do not rise from each frame to the next.

    Args:
        values: in order, in any unit.
        counted: whether they are numbers of frames; where it is left out, they are if each difference is a multiple of
            the smallest one.
    """
    if len(values) < 2:
        return None
    steps = np.diff(np.asarray(values, dtype=np.float64))
    least = steps.min()
    if not least > 0:
        return None
    if counted is None:
        counted = bool(np.allclose(steps / least, np.round(steps / least), atol=1e-6))
    step = float(least if counted else np.median(steps))
    return FrameTimes(tuple(float(value) for value in values), round(step, 6), counted)


def _moment(stem: str) -> float | None:
    """Seconds since 1970 of a date and a time of day in a name."""
    found = _MOMENT.search(stem)
    if found is None:
        return None
    *parts, decimals = found.groups()
    try:
        moment = datetime(*map(int, parts), tzinfo=UTC)  # pyright: ignore[reportArgumentType]
    except ValueError:
        return None
    return moment.timestamp() + (int(decimals) / 10 ** len(decimals) if decimals else 0.0)
