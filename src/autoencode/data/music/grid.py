"""Times of music as steps of one length."""

from collections.abc import Sequence

import numpy as np

from autoencode.data.music.score import Numbers, Piece
from autoencode.data.options import GRIDS

_NEAR = 0.05
"""Part of a step by which a note may be early or late."""
_ENOUGH = 0.98


def step_name(grid: str) -> str:
    """What a step is called.

    Example:
        >>> step_name("quarter"), step_name("8th")
        ('a quarter note', 'an 8th note')
    """
    return f"{'an' if grid == '8th' else 'a'} {grid} note"


def grid_that_suits(pieces: Sequence[Piece]) -> str:
    """The longest step at which 98 of 100 notes begin; a sixteenth note where none is.

    Args:
        pieces: at least one.
    """
    return next((grid for grid in GRIDS if on_grid(pieces, grid) >= _ENOUGH), "16th")


def on_grid(pieces: Sequence[Piece], grid: str) -> float:
    """The share of notes that begin at a step."""
    begins = np.concatenate([piece.notes[:, 0] for piece in pieces]) * GRIDS[grid]
    return float((np.abs(begins - np.rint(begins)) < _NEAR).mean())


def in_steps(notes: Numbers, grid: str) -> Numbers:
    """Notes with their times as whole steps, of at least one step each.

    Args:
        notes: (n, 3): begin and end in quarter notes, and pitch.
        grid: the name of a step.

    Example:
        >>> in_steps(np.array([[0.0, 0.24, 60.0], [0.26, 1.0, 62.0]]), "16th").astype(int).tolist()
        [[0, 1, 60], [1, 4, 62]]
    """
    steps = np.rint(notes[:, :2] * GRIDS[grid])
    return np.column_stack([steps[:, 0], np.maximum(steps[:, 1], steps[:, 0] + 1), notes[:, 2]])
