"""Small pieces of music as files."""

from pathlib import Path

import symusic


def write_midi(path: Path, voices, *, signatures=((0, 4, 4),), drums=()) -> Path:
    """A MIDI file; notes are (begin, length, pitch) in quarter notes, signatures (begin, numerator, denominator)."""
    score = symusic.Score(480)
    for at, numerator, denominator in signatures:
        score.time_signatures.append(symusic.TimeSignature(int(at * 480), numerator, denominator))
    for notes, is_drum in [*((voice, False) for voice in voices), *((voice, True) for voice in drums)]:
        track = symusic.Track("", 0, is_drum)
        for begin, length, pitch in notes:
            track.notes.append(symusic.Note(int(begin * 480), int(length * 480), pitch, 90))
        score.tracks.append(track)
    score.dump_midi(path)
    return path


def scale(bars: int, up: int = 0):
    """A tune of quarter notes that goes up, four to a bar."""
    return [(place, 1, 60 + up + place % 7) for place in range(4 * bars)]
