"""Stretches of a series that are unusual."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

_NEAR = 8


@dataclass(frozen=True)
class Segment:
    """Steps one after the other that are unusual.

    Args:
        first: its first step, from 0 on.
        last: its last step.
        score: the highest score of its steps, in nats.
        peak: the step that has it.
    """

    first: int
    last: int
    score: float
    peak: int


def segments(scores: Float64[np.ndarray, " steps"], threshold: int | float, near: int = _NEAR) -> list[Segment]:
    """The segments of a series, in their order.

    Args:
        scores: of the steps.
        threshold: steps above it are unusual.
        near: two of them belong to one segment where at most so many ordinary steps are between them.

    Example:
        >>> [(one.first, one.last) for one in segments(np.array([0, 3, 0, 3, 0, 0, 0, 4.0]), 2, near=1)]
        [(1, 3), (7, 7)]
    """
    return [
        Segment(first, last, float(scores[first : last + 1].max()), first + int(scores[first : last + 1].argmax()))
        for first, last in _runs(scores > threshold, near)
    ]


def _runs(above: Bool[np.ndarray, " steps"], near: int) -> Iterator[tuple[int, int]]:
    places = np.flatnonzero(above)
    if not len(places):
        return
    breaks = np.flatnonzero(np.diff(places) > near + 1)
    firsts, lasts = places[np.r_[0, breaks + 1]], places[np.r_[breaks, len(places) - 1]]
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True)
