"""Files of MIDI and ABC: their notes, voices and bars."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.extras import import_extra
from autoencode.data.text_encoding import text_encoding
from autoencode.errors import DataError
from autoencode.storage import open_regular

Numbers = npt.NDArray[np.float64]
MIDI_SUFFIXES, ABC_SUFFIX = (".mid", ".midi"), ".abc"
_MOST_BYTES = 2**24
_MOST_NOTES, _MOST_QUARTERS = 1_000_000, 100_000.0
_TUNE = re.compile(r"^X:.*$", re.MULTILINE)
_CHORD_NAME = re.compile(r'"[^"\n]*"')
_COMMON_TIME = 4.0


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of music. Times are in quarter notes from its beginning.

    Args:
        voices: of each one its notes in order, (n, 3): begin, end, and pitch as MIDI numbers it (60 is the middle C).
        bars: where each bar begins, and last where the last one ends.
    """

    voices: tuple[Numbers, ...]
    bars: Numbers

    @property
    def notes(self) -> Numbers:
        """The notes of all voices, in order."""
        together = np.concatenate(self.voices)
        return together[np.lexsort((together[:, 2], together[:, 0]))]


def import_symusic() -> Any:
    """The library that reads and writes music.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("symusic", "music is read and written by symusic")


def read_midi_piece(path: Path) -> Piece:
    """The piece that a MIDI file holds, without its drums.

    Raises:
        DataError: it is damaged, too large, or has no notes.
    """
    library, content = import_symusic(), _content(path)
    return _piece(_scored(lambda: library.Score.from_midi(content), path), str(path))


def read_abc_pieces(path: Path) -> tuple[list[Piece], list[str]]:
    """The tunes that an ABC file holds, without the chords that are named above their notes.

    Returns:
        The tunes, and a line for each one that cannot be read.

    Raises:
        DataError: it is no text, too large, or no tune can be read.
    """
    library, content = import_symusic(), _content(path)
    text = content.decode(text_encoding(content, str(path), "tunes in ABC"), errors="replace")
    starts = [match.start() for match in _TUNE.finditer(text)]
    if not starts:
        raise DataError(f"{path} holds no tune in ABC: expected a line such as X:1 before each one")
    pieces, unread = list[Piece](), list[str]()
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        tune = _CHORD_NAME.sub("", text[begin:end])
        name = f"{path}, tune {tune.partition(chr(10))[0][2:].strip()}"
        try:
            pieces.append(_piece(_scored(lambda tune=tune: library.Score.from_abc(tune), name), name))
        except DataError as error:
            unread.append(str(error))
    if not pieces:
        raise DataError(unread[0])
    return pieces, unread


def _content(path: Path) -> bytes:
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise DataError(f"{path} is larger than {_MOST_BYTES:,} bytes, the most that is read of a file of music")
    return content


def _scored(read: Any, name: object) -> Any:
    """What the library reads; its own errors are those of the file."""
    try:
        return read()
    except (RuntimeError, ValueError, UnicodeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{name} cannot be read as music: {reason}; export it again") from error


def _piece(score: Any, name: str) -> Piece:
    quarter, tracks = score.ticks_per_quarter, [track for track in score.tracks if not track.is_drum]
    voices = [voice for track in tracks if len(voice := _voice(track, quarter))]
    if not voices:
        drums = any(track.is_drum and len(track.notes) for track in score.tracks)
        raise DataError(f"{name} {'holds nothing but drums' if drums else 'holds no notes'}: give pieces with notes")
    end = max(float(voice[:, 1].max()) for voice in voices)
    if quarter <= 0 or end > _MOST_QUARTERS or sum(map(len, voices)) > _MOST_NOTES:
        raise DataError(f"{name} is longer than {_MOST_QUARTERS:,.0f} quarter notes: cut it into pieces")
    signatures = [
        (at.time / quarter, 4 * at.numerator / at.denominator) for at in score.time_signatures if at.denominator > 0
    ]
    return Piece(tuple(voices), _bars(signatures, end))


def _voice(track: Any, quarter: int) -> Numbers:
    rows = [(note.time, note.time + note.duration, note.pitch) for note in track.notes if note.duration > 0]
    found = np.array(sorted(rows), dtype=np.float64).reshape(-1, 3)
    found[:, :2] /= max(1, quarter)
    return found[found[:, 0] >= 0]


def _bars(signatures: list[tuple[float, float]], end: float) -> Numbers:
    """Where bars begin; a new time signature begins a bar, and 4/4 holds before the first one."""
    changes = {0.0: _COMMON_TIME} | {at: length for at, length in sorted(signatures) if length > 0 and at < end}
    times = [*changes, end]
    starts = [np.arange(at, until, changes[at]) for at, until in pairwise(times) if until > at]
    last = float(starts[-1][-1]) + changes[times[-2]]
    return np.append(np.concatenate(starts), last)
