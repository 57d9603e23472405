"""Examples of music as notes with a beginning and an end, and as piano rolls to look at."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.music.notes import FIRST_NOTE, HOLD, KEYS, LOWEST
from autoencode.data.music.score import Numbers
from autoencode.distributions.token_sequences import token_counts

_WIDTH, _HEIGHT = 4, 4
"""Pixels of a step and of a key."""
_DRAWN = slice(36 - LOWEST, 97 - LOWEST)
"""The keys that are drawn, from C2 to C7; what is beyond stands at the edge."""
_HELD, _LINE, _OUTSIDE = 0.35, 0.92, 0.8
"""Greys of a held note, of the lowest key of an octave, and of what lies past the end."""
_OCTAVE, _TO_C = 12, 3


def notes_of_tune(tokens: Shaped[Tensor, " length"]) -> tuple[Numbers, int]:
    """A tune's notes, (n, 3) as begin and end in steps and pitch, and how many steps it has."""
    row = tokens.long()
    steps = int(token_counts(row)) - 1 if bool((row == 0).any()) else len(row)
    notes = list[list[int]]()
    for place, token in enumerate(row[:steps].tolist()):
        if token >= FIRST_NOTE:
            notes.append([place, place + 1, token - FIRST_NOTE + LOWEST])
        elif token == HOLD and notes and notes[-1][1] == place:
            notes[-1][1] = place + 1
    return np.array(notes, dtype=np.float64).reshape(-1, 3), steps


def notes_of_chords(chords: Shaped[Tensor, "steps keys"]) -> tuple[Numbers, int]:
    """The notes of chords, each held as long as its key sounds, as `notes_of_tune` gives them."""
    steps = int((chords[:, 0] >= 0).sum())
    sounds = F.pad((chords[:steps] > 0.5).T.to(torch.int8), (1, 1))  # (keys, steps), silent before and after
    change = sounds[:, 1:] - sounds[:, :-1]
    begins, ends = (change == 1).nonzero(), (change == -1).nonzero()  # both by key and then by time
    notes = torch.stack([begins[:, 1], ends[:, 1], begins[:, 0] + LOWEST], 1).double().numpy()
    return notes[np.lexsort((notes[:, 2], notes[:, 0]))], steps


def tune_roll(tokens: Shaped[Tensor, "*leading length"]) -> Float[Tensor, "*leading steps keys"]:
    """How loud each key is drawn at each step of tunes: 1 where it begins, less where it is held; −1 past the end."""
    rows = tokens.reshape(-1, tokens.shape[-1]).long()
    roll = torch.zeros(*rows.shape, KEYS)
    for drawn, row in zip(roll, rows, strict=True):
        notes, steps = notes_of_tune(row)
        for begin, end, pitch in notes.astype(int).tolist():
            drawn[begin:end, pitch - LOWEST] = 1 - _HELD
            drawn[begin, pitch - LOWEST] = 1
        drawn[steps:] = -1
    return roll.reshape(*tokens.shape, KEYS)[..., : tokens.shape[-1] - 1, :]


def piano_roll(loud: Float[Tensor, "*leading steps keys"]) -> Float[Tensor, "*leading 1 height width"]:
    """Pictures with time to the right and pitch upwards: dark where a key sounds.

    Args:
        loud: from 0 to 1, or −1 past the end of a piece.
    """
    loud = torch.cat(
        [
            loud[..., : _DRAWN.start + 1].amax(-1, keepdim=True),
            loud[..., _DRAWN][..., 1:-1],
            loud[..., _DRAWN.stop - 1 :].amax(-1, keepdim=True),
        ],
        -1,
    )
    keys = torch.arange(KEYS)[_DRAWN]
    paper = torch.where((keys - _TO_C) % _OCTAVE == 0, _LINE, 1.0)
    drawn = torch.where(loud < 0, _OUTSIDE, torch.minimum(paper.to(loud), 1 - loud.clamp(0, 1)))
    return drawn.flip(-1).mT.repeat_interleave(_HEIGHT, -2).repeat_interleave(_WIDTH, -1)[..., None, :, :]
