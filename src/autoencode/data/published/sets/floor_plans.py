"""Floor plans made by a rule: outlines, and walls that cut them into rooms."""

from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
import torch

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange

_SIDE, _PLANS, _TEST, _SEED = 32, 20_000, 1_000, 2015
_SMALLEST = 6
Grid = npt.NDArray[np.uint8]


@dataset(
    "floor-plans",
    about="plans of buildings made by a rule, 20,000 of 32x32; the context is the building's outline",
    home="made here",
    licence="none needed: generated",
    data_shape=(1, _SIDE, _SIDE),
)
def floor_plans(fetch: Fetch) -> Examples:
    """Makes the plans, the same ones each time: walls white on black, doors as gaps; nothing is fetched."""
    plans, outlines = _all_plans()
    return Examples(
        x=torch.from_numpy(plans.copy()),
        values=ValueRange.UNIT,
        official=OfficialSplit(test=_TEST, default_validation=500),
        notes=("walls are 1, all else 0", "the context of each plan is the outline of its building"),
        context=torch.from_numpy(outlines.copy()),
    )


@lru_cache(maxsize=1)
def _all_plans() -> tuple[Grid, Grid]:
    random = np.random.default_rng(_SEED)
    made = [plan(random) for _ in range(_PLANS)]
    walls, outlines = (np.stack([pair[i] for pair in made])[:, None] * np.uint8(255) for i in range(2))
    return walls, outlines


def plan(random: np.random.Generator) -> tuple[Grid, Grid]:
    """One plan: its walls and its outline's inside, (32, 32) of 0 and 1 each."""
    inside, wings = _outline(random)
    walls = _border(inside)
    for wing in wings:
        _split(walls, wing, random)
    return _connected(walls * inside, inside), inside


def numbered_rooms(walls: Grid, inside: Grid) -> npt.NDArray[np.int32]:
    """The parts of a plan between which there is no way: 1, 2, … at their points, 0 at walls and outside.

    Args:
        walls: 1 at walls.
        inside: 1 inside the outline.

    Example:
        >>> walls = np.array([[0, 0, 1, 0], [0, 0, 1, 0]], np.uint8)
        >>> numbered_rooms(walls, np.ones_like(walls))
        array([[1, 1, 0, 2],
               [1, 1, 0, 2]], dtype=int32)
    """
    from scipy import ndimage

    numbers, _ = cast("tuple[npt.NDArray[np.int32], int]", ndimage.label((inside == 1) & (walls == 0)))
    return numbers


def _connected(walls: Grid, inside: Grid) -> Grid:
    """The walls, with a door wherever one wall closed the only door of another, so that all rooms are reachable."""
    while (rooms := numbered_rooms(walls, inside)).max() > 1:
        row, column = _wall_between(rooms)
        walls[row, column] = 0
    return walls


def _wall_between(rooms: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first two points, or one, of a wall with the first room on one side and another room on the other."""
    for transposed in (False, True):
        grid = rooms.T if transposed else rooms
        above, below = grid[:-2], grid[2:]
        between = (grid[1:-1] == 0) & (above != below) & (np.minimum(above, below) == 1)
        found = np.argwhere(between)
        if len(found):
            row, column = found[0]
            columns = [column, column + 1] if between[row, column + 1] else [column]
            rows = np.full(len(columns), row + 1)
            return (np.asarray(columns), rows) if transposed else (rows, np.asarray(columns))
    raise AssertionError("every room has a wall in common with another")


def _outline(random: np.random.Generator) -> tuple[Grid, list[tuple[int, int, int, int]]]:
    """A rectangle, or an L, T or U of rectangles; and those rectangles as (top, left, bottom, right)."""
    top, left = random.integers(1, 7, 2)
    bottom, right = _SIDE - random.integers(1, 7, 2)
    wings = [(int(top), int(left), int(bottom), int(right))]
    kind = random.integers(4)
    if kind:  # something is cut away: a corner (L), two corners (T), the middle of one side (U)
        middle = int(random.integers(top + 8, bottom - 7))
        third = (right - left) // 3
        a, b = int(left + third + random.integers(-1, 2)), int(right - third + random.integers(-1, 2))
        upper = {1: [(left, b)], 2: [(a, b)], 3: [(left, a), (b, right)]}[int(kind)]
        wings = [(middle, int(left), int(bottom), int(right))]
        wings += [(int(top), int(start), middle + 1, int(end)) for start, end in upper]
    inside = np.zeros((_SIDE, _SIDE), np.uint8)
    for wing in wings:
        inside[wing[0] : wing[2], wing[1] : wing[3]] = 1
    return _turned(inside, wings, int(random.integers(4)))


def _turned(
    inside: Grid, wings: list[tuple[int, int, int, int]], quarters: int
) -> tuple[Grid, list[tuple[int, int, int, int]]]:
    for _ in range(quarters):
        inside = np.rot90(inside)
        wings = [(_SIDE - right, top, _SIDE - left, bottom) for top, left, bottom, right in wings]
    return np.ascontiguousarray(inside), wings


def _border(inside: Grid) -> Grid:
    """Where the inside ends: points of it with a neighbour outside."""
    padded = np.pad(inside, 1)
    around = [padded[1 + dy : 33 + dy, 1 + dx : 33 + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return inside * (np.minimum.reduce(around) == 0).astype(np.uint8)


def _split(walls: Grid, room: tuple[int, int, int, int], random: np.random.Generator) -> None:
    """Cuts a room in two by a wall with a door, and each half again while it is large."""
    top, left, bottom, right = room
    height, width = bottom - top, right - left
    across = height >= width
    length = height if across else width
    if length < 2 * _SMALLEST or (length < 3 * _SMALLEST and random.random() < 0.3):
        return
    at = int(random.integers(_SMALLEST, length - _SMALLEST + 1))
    door = int(random.integers(2, (width if across else height) - 3)) if min(height, width) > 5 else 2
    if across:
        row = top + at
        walls[row, left:right] = 1
        walls[row, left + door : left + door + 2] = 0
        halves = [(top, left, row + 1, right), (row, left, bottom, right)]
    else:
        column = left + at
        walls[top:bottom, column] = 1
        walls[top + door : top + door + 2, column] = 0
        halves = [(top, left, bottom, column + 1), (top, column, bottom, right)]
    for half in halves:
        _split(walls, half, random)
