"""Music moved up or down the keyboard, and cut to a part of it."""

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor

from autoencode.data.music.notes import FIRST_NOTE, KEYS
from autoencode.distributions.chord_sequences import PAST_END, step_counts


def transposed(x: Shaped[Tensor, "batch ..."], semitones: Int64[Tensor, " batch"]) -> Shaped[Tensor, "batch ..."]:
    """Each example with all its notes moved; one whose notes would leave the keyboard stays as it is.

    Args:
        x: tunes, (batch, length), or chords, (batch, steps, keys).
        semitones: how far up.

    Example:
        >>> transposed(torch.tensor([[4.0, 2.0, 9.0, 0.0], [4.0, 2.0, 9.0, 0.0]]), torch.tensor([2, -1])).tolist()
        [[6.0, 2.0, 11.0, 0.0], [4.0, 2.0, 9.0, 0.0]]
    """
    return _tunes(x, semitones) if x.ndim == 2 else _chords(x, semitones)


def excerpts(
    x: Shaped[Tensor, "batch steps keys"], steps: int, begins: Float[Tensor, " batch"]
) -> Shaped[Tensor, "batch steps keys"]:
    """Of each piece that is longer so many steps, and padding after them.

    Args:
        x: chords.
        steps: how many.
        begins: where the part begins, from 0 for the first place to 1 for the last one.
    """
    spare = (step_counts(x) - steps).clamp_min(0)
    places = torch.arange(x.shape[1], device=x.device)
    source = (places + (begins * (spare + 1)).long().clamp_max(spare)[:, None]).clamp_max(x.shape[1] - 1)
    moved = x.gather(1, source[..., None].expand_as(x))
    return moved.masked_fill((places >= steps)[:, None], PAST_END)


def _tunes(x: Tensor, semitones: Tensor) -> Tensor:
    notes, moved = x >= FIRST_NOTE, x + semitones[:, None]
    inside = ((moved >= FIRST_NOTE) & (moved < FIRST_NOTE + KEYS)) | ~notes
    return torch.where(notes & inside.all(1, keepdim=True), moved.to(x.dtype), x)


def _chords(x: Tensor, semitones: Tensor) -> Tensor:
    keys = torch.arange(x.shape[-1], device=x.device)
    source = keys - semitones[:, None]
    used = (x > 0).any(1)
    leaving = (used & ((keys + semitones[:, None] < 0) | (keys + semitones[:, None] >= len(keys)))).any(1)
    source = torch.where(leaving[:, None], keys, source % len(keys))
    return x.gather(-1, source[:, None].expand_as(x))
