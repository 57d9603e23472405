"""Files and folders of music: examples of chords, or of the notes of a tune."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from autoencode.data.content import suffix_of
from autoencode.data.examples import Examples, SkippedFile, left_out_note
from autoencode.data.file_kind import FileKind
from autoencode.data.folder_parts import FolderParts, official_split, parts_note
from autoencode.data.formats import file_format
from autoencode.data.images.scan import printable
from autoencode.data.memory import check_fits
from autoencode.data.music.grid import grid_that_suits, in_steps, on_grid, step_name
from autoencode.data.music.notes import FIRST_NOTE, HOLD, KEYS, LOWEST, REST, Notes
from autoencode.data.music.score import ABC_SUFFIX, MIDI_SUFFIXES, Numbers, Piece, read_abc_pieces, read_midi_piece
from autoencode.data.options import GRIDS, OF_LABELLED, ReadOptions
from autoencode.data.values import ValueRange
from autoencode.distributions.chord_sequences import PAST_END
from autoencode.distributions.token_sequences import END
from autoencode.errors import CapabilityError, DataError

MUSIC = FileKind(frozenset((*MIDI_SUFFIXES, ABC_SUFFIX)))
_OF_OTHERS = ("axes", "channels", "array", *OF_LABELLED)
_BARS = 2
"""Bars of an example of a tune, where a person says nothing."""
_LONGEST = 512
"""Steps of an example of chords, after which a piece goes on in another one."""
_ONE_VOICE = 0.03
"""The share of notes that may begin before the one before them ends, in a voice that is one."""


_LOOKED_AT = 8


class _Named(NamedTuple):
    """A piece, the file that holds it, with its place among others there, and the part that the folder names."""

    piece: Piece
    name: str
    part: str | None = None


@dataclass
class _Found:
    """The pieces of a file or a folder."""

    pieces: list[_Named] = field(default_factory=list[_Named])
    skipped: list[SkippedFile] = field(default_factory=list[SkippedFile])


@file_format(MIDI_SUFFIXES[1])
@file_format(MIDI_SUFFIXES[0])
def read_midi(path: Path, options: ReadOptions) -> Examples:
    """Music: the notes of a MIDI file, as chords or as a tune of one voice."""
    return _examples(_pieces_of(path, path.name), options, path.name)


@file_format(ABC_SUFFIX)
def read_abc(path: Path, options: ReadOptions) -> Examples:
    """Tunes in ABC notation, one or many in a file."""
    return _examples(_pieces_of(path, path.name), options, path.name)


def music_suits_chords(path: Path) -> bool:
    """Whether music is read as chords where a person says nothing, by a look at the first files."""
    files = [path / file for file in MUSIC.files(path)[:_LOOKED_AT]] if path.is_dir() else [path]
    pieces = list[Piece]()
    for file in files:
        with suppress(DataError, CapabilityError):
            pieces += [named.piece for named in _pieces_of(file, file.name).pieces]
    return bool(pieces) and voices_that_suit(pieces) == "chords"


def read_music_folder(folder: Path, options: ReadOptions) -> Examples:
    """The music of all files in a folder and its subfolders, in the order of their paths.

    Subfolders called train and test (or validation) are the parts.

    Args:
        folder: where they lie.
        options: how they are to be read: `voices`, `grid` and `bars`.

    Raises:
        DataError: none of them can be read.
        CapabilityError: symusic is not installed.
    """
    names = MUSIC.files(folder)
    arranged = FolderParts.of(names, options.parts)
    found = _Found(skipped=list(arranged.outside))
    for place in arranged.order:
        file = names[place]
        try:
            own = _pieces_of(folder / file, str(file))
            found.pieces += [named._replace(part=arranged.part_of(place)) for named in own.pieces]
            found.skipped += own.skipped
        except DataError as error:
            found.skipped.append(SkippedFile(printable(file), str(error)))
    if not found.pieces:
        raise DataError(f"{folder} holds no music that can be read: {found.skipped[0].reason}")
    examples = _examples(found, replace(options, parts="auto"), folder.name)
    return replace(examples, options={**examples.options, "parts": options.parts})


def examples_of(pieces: Sequence[Piece], name: str, options: ReadOptions) -> Examples:
    """Pieces as examples.

    Args:
        pieces: at least one.
        name: what they are called.
        options: how they are to be read: `voices`, `grid` and `bars`.

    Raises:
        DataError: none of them is as long as an example.
    """
    return _examples(_Found([_Named(piece, f"{name}#{n}") for n, piece in enumerate(pieces, 1)]), options, name)


def _pieces_of(path: Path, name: str) -> _Found:
    if suffix_of(path) != ABC_SUFFIX:
        return _Found([_Named(read_midi_piece(path), name)])
    pieces, unread = read_abc_pieces(path)
    named = [_Named(piece, name if len(pieces) == 1 else f"{name}#{n}") for n, piece in enumerate(pieces, 1)]
    return _Found(named, [SkippedFile(printable(Path(name)), reason) for reason in unread])


def _examples(found: _Found, options: ReadOptions, name: str) -> Examples:
    options.refuse(name, *_OF_OTHERS)
    pieces = [named.piece for named in found.pieces]
    voices = voices_that_suit(pieces) if options.voices == "auto" else options.voices
    chosen = [melody(piece) for piece in pieces] if voices == "tune" else pieces
    grid = grid_that_suits(chosen) if options.grid == "auto" else options.grid
    bars = options.bars or (_BARS if voices == "tune" else None)
    cut = [_cut(piece, grid, bars, tune=voices == "tune") for piece in chosen]
    groups = [number for number, own in enumerate(cut) for _ in own]
    found.skipped += [
        SkippedFile(printable(Path(named.name)), "no notes, or shorter than an example")
        for named, own in zip(found.pieces, cut, strict=True)
        if not own
    ]
    if not groups:
        raise DataError(f"{name} has no {voices} of {bars} bars with notes: say another --bars")
    windows = [window for own in cut for window in own]
    used = [piece for piece, own in zip(chosen, cut, strict=True) if own]
    parts = [named.part for named, own in zip(found.pieces, cut, strict=True) if own]
    check_fits(len(windows) * max(map(len, windows)) * (4 if voices == "tune" else 2 * KEYS), name)
    return Examples(
        x=torch.from_numpy(_padded_tunes(windows) if voices == "tune" else _padded_chords(windows)),
        values=ValueRange.RAW,
        vocabulary=Notes() if voices == "tune" else None,
        groups=torch.unique_consecutive(torch.tensor(groups), return_inverse=True)[1],
        official=official_split(parts),
        files=tuple(found.pieces[number].name for number in groups),
        notes=(
            *_notes(used, voices, grid, bars, options, len(windows)),
            *parts_note(parts, "pieces"),
            *left_out_note(found.skipped),
        ),
        skipped=tuple(found.skipped),
        options={"voices": voices, "grid": grid, "bars": bars},
        owned=True,
    )


def _notes(
    pieces: Sequence[Piece], voices: str, grid: str, bars: int | None, options: ReadOptions, n: int
) -> tuple[str, ...]:
    said = "" if options.grid != "auto" else " (say --grid for another one)"
    of = f"{bars} bars" if bars else f"whole pieces, those of more than {_LONGEST} steps in parts"
    kind = "the tune of each piece, its highest voice" if voices == "tune" else "chords of 88 keys"
    found = [f"{len(pieces):,} pieces read as {kind}: {n:,} examples of {of}, in steps of {step_name(grid)}{said}"]
    if (off := 1 - on_grid(pieces, grid)) > 0.0005:
        found.append(f"{off:.1%} of all notes begin between steps and are moved to the nearest one".replace("%", " %"))
    pitches = np.concatenate([piece.notes[:, 2] for piece in pieces])
    if beyond := int(((pitches < LOWEST) | (pitches >= LOWEST + KEYS)).sum()):
        found.append(f"{beyond:,} notes lie beyond the 88 keys of a piano and get its lowest or highest key")
    return tuple(found)


def voices_that_suit(pieces: Sequence[Piece]) -> str:
    """A tune where more than half of the pieces have one voice; chords otherwise."""
    alone = sum(len(piece.voices) == 1 and is_one_voice(piece.voices[0]) for piece in pieces)
    return "tune" if 2 * alone > len(pieces) else "chords"


def is_one_voice(voice: Numbers) -> bool:
    """Whether nearly no note begins before the one before it ends."""
    return len(voice) < 2 or float((voice[1:, 0] < voice[:-1, 1] - 0.05).mean()) <= _ONE_VOICE


def melody(piece: Piece) -> Piece:
    """The piece with its tune alone: of the voices that are one, the highest; else the highest notes of all."""
    single = [voice for voice in piece.voices if is_one_voice(voice)]
    chosen = max(single, key=lambda voice: float(voice[:, 2].mean()), default=piece.notes)
    return Piece((chosen,), piece.bars)


def _cut(piece: Piece, grid: str, bars: int | None, *, tune: bool) -> list[npt.NDArray[np.int32]]:
    """The examples of a piece, each with its own number of steps: (steps,) of a tune, (steps, keys) of chords."""
    steps = [int(step) for step in np.rint(piece.bars * GRIDS[grid])]
    row = _tokens(piece, grid, steps[-1]) if tune else _keys(piece, grid, steps[-1])
    return list(_windows(row, steps, bars, tune=tune))


def _windows(
    row: npt.NDArray[np.int32], steps: Sequence[int], bars: int | None, *, tune: bool
) -> Iterator[npt.NDArray[np.int32]]:
    if bars is None:
        yield from (row[at : at + _LONGEST] for at in range(0, len(row), _LONGEST))
        return
    for begin, end in zip(steps, steps[bars:], strict=False):
        window = row[begin:end]
        if not 1 < len(window) <= Notes.longest:
            continue
        if not tune:
            yield window
        elif (begun := _begun(row, begin, window)) is not None:
            yield begun


def _begun(row: npt.NDArray[np.int32], at: int, window: npt.NDArray[np.int32]) -> npt.NDArray[np.int32] | None:
    """The window with a note that is held at its beginning begun there; None where it has fewer than two notes."""
    window = window.copy()
    if window[0] == HOLD:
        window[0] = row[:at][row[:at] >= FIRST_NOTE][-1]
    return window if (window >= FIRST_NOTE).sum() > 1 else None


def _tokens(piece: Piece, grid: str, length: int) -> npt.NDArray[np.int32]:
    row = np.full(length, REST, dtype=np.int32)
    for begin, end, pitch in in_steps(piece.voices[0], grid).astype(int).tolist():
        row[begin:end] = HOLD
        row[begin : begin + 1] = min(max(pitch - LOWEST, 0), KEYS - 1) + FIRST_NOTE
        row[end:][row[end:] == HOLD] = REST
    return row


def _keys(piece: Piece, grid: str, length: int) -> npt.NDArray[np.int32]:
    keys = np.zeros((length, KEYS), dtype=np.int32)
    for begin, end, pitch in in_steps(piece.notes, grid).astype(int).tolist():
        keys[begin:end, min(max(pitch - LOWEST, 0), KEYS - 1)] = 1
    return keys


def _padded_tunes(windows: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    rows = np.full((len(windows), max(map(len, windows)) + 1), END, dtype=np.int32)
    for row, window in zip(rows, windows, strict=True):
        row[: len(window)] = window
    return rows


def _padded_chords(windows: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int8]:
    rows = np.full((len(windows), max(map(len, windows)), KEYS), PAST_END, dtype=np.int8)
    for row, window in zip(rows, windows, strict=True):
        row[: len(window)] = window
    return rows
