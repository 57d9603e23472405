"""The tokens of a tune: a note that begins, one that is held, a rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from jaxtyping import Int
from torch import Tensor

from autoencode.data.text.vocabulary import LearnedTokens, Vocabulary
from autoencode.distributions.token_sequences import END, UNKNOWN

LOWEST, KEYS = 21, 88
"""The lowest key of a piano as MIDI numbers it, and how many there are."""
HOLD, REST, FIRST_NOTE = (max(END, UNKNOWN) + n for n in (1, 2, 3))
"""The tokens of a note that is held, of silence, and of the lowest key."""
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_OCTAVE = len(_NAMES)


def note_name(pitch: int) -> str:
    """The name of a key.

    Example:
        >>> note_name(60), note_name(LOWEST)
        ('C4', 'A0')
    """
    return f"{_NAMES[pitch % _OCTAVE]}{pitch // _OCTAVE - 1}"


_ALL = ("-", ".", *(note_name(LOWEST + key) for key in range(KEYS)))


@final
@dataclass(frozen=True)
class Notes(Vocabulary):
    """The notes of a piano, `-` for one that is held, and `.` for a rest; always all of them, from low to high.

    Example:
        >>> Notes().join(Notes().split("C4 - E4 ."))
        'C4 - E4 .'
    """

    entries: tuple[str, ...] = _ALL

    noun = option = cut_by = "notes"
    longest = 1024
    is_of_music = True

    def learned(self, rows: Mapping[str, Int[Tensor, "_ _"]]) -> LearnedTokens:
        """Nothing: every key is known, whether a training tune has it or not."""
        return LearnedTokens(self, rows, ())

    @classmethod
    def split(cls, line: str) -> list[str]:
        """What stands between spaces."""
        return line.split()

    @classmethod
    def join(cls, tokens: Sequence[str]) -> str:
        """Tokens with spaces between them."""
        return " ".join(tokens)
