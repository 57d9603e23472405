"""Examples of music as MIDI."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, final

import numpy as np
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.music.score import Numbers, import_symusic
from autoencode.data.options import GRIDS
from autoencode.data.row_files import RowFile

ToNotes = Callable[[Tensor], tuple[Numbers, int]]
"""From one example to its notes, (n, 3) as begin and end in steps and pitch, and how many steps it has."""
TICKS = 480
BEATS_A_MINUTE = 110
MIDI_MARK = b"\xff\x03\x0aautoencode"
"""The name of the track of files that this library wrote."""
LOUD = 90
"""How hard a key is struck, of 127."""


def midi_bytes(notes: Numbers, grid: str) -> bytes:
    """Notes as a MIDI file, played by a piano at 110 quarter notes a minute.

    Args:
        notes: (n, 3): begin and end in steps, and pitch.
        grid: the name of a step.
    """
    library = import_symusic()
    score, track = library.Score(TICKS), library.Track("autoencode", 0, is_drum=False)
    score.tempos.append(library.Tempo(0, BEATS_A_MINUTE))
    ticks = TICKS // GRIDS[grid]
    for begin, end, pitch in notes.astype(int).tolist():
        track.notes.append(library.Note(begin * ticks, (end - begin) * ticks, pitch, LOUD))
    score.tracks.append(track)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "piece.mid"
        score.dump_midi(path)
        return path.read_bytes()


def one_after_the_other(pieces: Sequence[tuple[Numbers, int]], pause: int) -> tuple[Numbers, int]:
    """The notes of several pieces as those of one, with so many steps of silence between them, and its length."""
    placed, at = [np.empty((0, 3))], 0
    for notes, steps in pieces:
        placed.append(notes + np.array([at, at, 0]))
        at += steps + pause
    return np.concatenate(placed), at


@final
class MidiFile(RowFile):
    """A MIDI file of all examples, one after the other, with the silence of a half note between them.

    Args:
        file: empty, open for writing.
        to_notes: see `ToNotes`.
        grid: the name of a step.
    """

    def __init__(self, file: BinaryIO, to_notes: ToNotes, grid: str) -> None:
        super().__init__(file)
        self._to_notes, self._grid = to_notes, grid
        self._pieces = list[tuple[Numbers, int]]()

    def add(self, x: Shaped[Tensor, "n ..."]) -> None:
        """Adds examples."""
        self._pieces += [self._to_notes(row) for row in x]

    def finish(self) -> None:
        """Writes them all."""
        notes, _ = one_after_the_other(self._pieces, 2 * GRIDS[self._grid])
        self.file.write(midi_bytes(notes, self._grid))
