"""Tunes made by a rule: eight bars in a major or minor key, over chords, with a theme that comes back."""

from functools import lru_cache

import numpy as np

from autoencode.data.examples import Examples
from autoencode.data.music.pieces import examples_of
from autoencode.data.music.score import Piece
from autoencode.data.options import ReadOptions
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset

_TUNES, _SEED, _STEPS, _BAR = 1_000, 2018, 16, 4.0
_MODES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_TONICS = (60, 62, 64, 65, 67, 69)
_CHORDS = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 4, 0, 4), (0, 3, 0, 4))
"""Of four bars the degree of the scale on which each one's chord stands."""
_RHYTHMS = (
    (1.0, 1.0, 1.0, 1.0),
    (2.0, 1.0, 1.0),
    (1.0, 1.0, 2.0),
    (1.0, 0.5, 0.5, 1.0, 1.0),
    (1.5, 0.5, 2.0),
    (0.5, 0.5, 1.0, 0.5, 0.5, 1.0),
)
_LAST = (2.0, 2.0)
_LOW, _HIGH = -3, 9
"""How far a tune goes from its tonic, in degrees of the scale."""

Bar = tuple[tuple[float, ...], tuple[int, ...]]
"""How long each note is, in quarter notes, and its degree of the scale."""


@dataset(
    "made-tunes",
    about="1,000 tunes of eight bars made by a rule, in major and minor; for a first model of music",
    home="made here",
    licence="none needed: generated",
    data_shape=(_STEPS + 1,),
)
def made_tunes(fetch: Fetch) -> Examples:
    """Makes the tunes, the same ones each time; nothing is fetched."""
    return examples_of(all_tunes(), "made-tunes", ReadOptions(voices="tune", grid="8th", bars=2))


@lru_cache(maxsize=1)
def all_tunes() -> tuple[Piece, ...]:
    """The tunes, of eight bars of four quarter notes each."""
    random = np.random.default_rng(_SEED)
    return tuple(_tune(random) for _ in range(_TUNES))


def _tune(random: np.random.Generator) -> Piece:
    """A theme of two bars, an answer, the theme again, and an end on the tonic."""
    scale = list(_MODES.values())[int(random.integers(len(_MODES)))]
    tonic = int(random.choice(_TONICS))
    chords = _CHORDS[int(random.integers(len(_CHORDS)))]
    theme = [_bar(random, chord) for chord in chords[:2]]
    answer = [_bar(random, chord, begin=theme[-1][1][-1]) for chord in chords[2:]]
    close = [_bar(random, chords[2]), _ending(random)]
    rows, at = list[tuple[float, float, float]](), 0.0
    for lengths, degrees in [*theme, *answer, *theme, *close]:
        for length, degree in zip(lengths, degrees, strict=True):
            octave, place = divmod(degree, len(scale))
            rows.append((at, at + length, tonic + 12 * octave + scale[place]))
            at += length
    return Piece((np.array(rows),), np.arange(0.0, at + _BAR / 2, _BAR))


def _bar(random: np.random.Generator, chord: int, begin: int | None = None) -> Bar:
    """Notes of the chord on the beats that are accented, and steps of the scale between them."""
    lengths = _RHYTHMS[int(random.integers(len(_RHYTHMS)))]
    at, degrees = 0.0, list[int]()
    for length in lengths:
        near = degrees[-1] if degrees else chord + 2 if begin is None else begin
        degrees.append(_of_chord(random, chord, near) if at % 2 == 0 else _beside(random, near))
        at += length
    return lengths, tuple(degrees)


def _of_chord(random: np.random.Generator, chord: int, near: int) -> int:
    """One of the three notes of a chord that lie nearest."""
    notes = (chord + third + 7 * octave for third in (0, 2, 4) for octave in (-1, 0, 1))
    nearest = sorted((abs(note - near), note) for note in notes if _LOW <= note <= _HIGH)
    return nearest[int(random.integers(3))][1]


def _beside(random: np.random.Generator, near: int) -> int:
    step = 1 if random.random() < 0.5 else -1
    return near + step if _LOW <= near + step <= _HIGH else near - step


def _ending(random: np.random.Generator) -> Bar:
    return _LAST, (int(random.choice((1, -1, 4))), 0)
