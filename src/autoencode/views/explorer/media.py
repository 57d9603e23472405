"""What the page shows for a code, by the kind of example: a picture, a tune, a line of text, a sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from torch import Tensor

from autoencode.data.modality import Chords, Modality, Sounds, TextLines, Tunes
from autoencode.data.music import sound as synthesiser
from autoencode.data.music.midi_file import BEATS_A_MINUTE, LOUD, MIDI_MARK, TICKS
from autoencode.data.music.notes import FIRST_NOTE, HOLD, LOWEST
from autoencode.data.options import GRIDS
from autoencode.data.sound import spectrogram
from autoencode.data.sound.wav_file import WAV_MARK
from autoencode.data.text.byte_pairs import BytePairs, token_bytes
from autoencode.data.text.vocabulary import CLOSING, OPENING, QUOTES, UNKNOWN_TEXT, Words
from autoencode.distributions.token_sequences import END, UNKNOWN
from autoencode.errors import CapabilityError


@dataclass(frozen=True)
class Medium:
    """How the page shows and saves what the decoder makes.

    Args:
        name: of the function that does it: `pictureMedium` for "picture".
        noun: what is shown for one code.
        saves: the kind of file that *Save* writes.
        scripts: the files that the function needs, beside the page's own.
        parameters: of the function; tensors are packed.
    """

    name: str
    noun: str
    saves: str
    scripts: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def in_tokens(self) -> bool:
        """Whether examples are rows of tokens, and not pictures."""
        return self.name in ("tune", "text")

    @property
    def is_played(self) -> bool:
        """Whether the page plays it."""
        return "sound.js" in self.scripts


_TOKENS = {"end": END, "unknown": UNKNOWN}
PICTURE = Medium("picture", "picture", "PNG", ("picture.js",))


@singledispatch
def medium(modality: Modality) -> Medium:
    """How examples of a modality are shown for a code.

    Raises:
        CapabilityError: the page cannot show them.
    """
    if not modality.drawable:
        raise CapabilityError(
            f"this model decodes {modality.noun}, and the explorer shows pictures, tunes, text and sounds: see "
            "report.html instead"
        )
    return PICTURE


@medium.register
def _(modality: Chords) -> Medium:
    raise CapabilityError(
        "this model has a code for each step of a piece, and the explorer shows what has one code: explore tunes of "
        "one voice (music-vae)"
    )


@medium.register
def _(modality: Tunes) -> Medium:
    parameters = {
        "hold": HOLD,
        "firstNote": FIRST_NOTE,
        "lowest": LOWEST,
        "stepsAQuarter": GRIDS[modality.grid],
        "beatsAMinute": BEATS_A_MINUTE,
        "ticks": TICKS,
        "loud": LOUD,
        "midiMark": list(MIDI_MARK),
        "rate": synthesiser.RATE,
        "overtones": synthesiser.OVERTONES,
        "attack": synthesiser.ATTACK,
        "decay": synthesiser.DECAY,
        "release": synthesiser.RELEASE,
        "peak": synthesiser.PEAK,
        "a4": [synthesiser.A4, synthesiser.OF_A4],
    }
    return Medium("tune", "tune", "MIDI", ("sound.js", "tune.js"), _TOKENS | parameters)


@medium.register
def _(modality: TextLines) -> Medium:
    vocabulary = modality.vocabulary
    signs = {"closing": "".join(CLOSING), "opening": "".join(OPENING), "quotes": "".join(QUOTES)}
    in_bytes = isinstance(vocabulary, BytePairs)
    parameters = {
        "entries": [token_bytes(entry).hex() for entry in vocabulary.entries] if in_bytes else vocabulary.entries,
        "inBytes": in_bytes,
        "unknownText": UNKNOWN_TEXT,
        "signs": {kind: "".join(sorted(which)) for kind, which in signs.items()}
        if isinstance(vocabulary, Words)
        else None,
    }
    return Medium("text", "line", "text", ("text.js",), _TOKENS | parameters)


@medium.register
def _(modality: Sounds) -> Medium:
    how = modality.spectrogram
    parameters: dict[str, float | int | list[int] | Tensor] = {
        "rate": how.rate,
        "hop": how.hop,
        "bands": how.bands,
        "frames": how.frames,
        "window": how.window_length,
        "edge": how.edge,
        "nats": spectrogram.NATS,
        "rounds": spectrogram.ROUNDS,
        "momentum": spectrogram.MOMENTUM,
        "peak": spectrogram.PEAK,
        "inverse": how.inverse,
        "phases": how.first_phases(),
        "wavMark": list(WAV_MARK),
    }
    return Medium("spectrogram", "sound", "WAV", ("picture.js", "sound.js", "spectrogram.js"), parameters)
