"""Tunes and chords."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, final

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.music.grid import step_name
from autoencode.data.music.midi_file import MidiFile, midi_bytes
from autoencode.data.music.rolls import notes_of_chords, notes_of_tune, piano_roll, tune_roll
from autoencode.data.music.score import Numbers
from autoencode.data.music.sound import RATE
from autoencode.data.music.synthesizer import rendered
from autoencode.data.row_files import RowFile
from autoencode.data.sound.wav_file import WavFile, wav_bytes
from autoencode.distributions.chord_sequences import PAST_END
from autoencode.distributions.token_sequences import END


@dataclass(frozen=True)
class Music(Modality, ABC):
    """Music in steps of one length, drawn as a piano roll, and written as MIDI and as sound.

    Args:
        data_shape: the shape of one example.
        display_range: as for every modality.
        grid: the name of a step: "quarter", "8th" or "16th".
    """

    grid: str = "16th"

    unit = "pieces"
    network = "dense"
    n_compared = 8
    drawable = can_transpose = first_stands_for_file = True
    rows_suffix = ".mid"
    other_rows_suffixes = (".wav",)
    rows_noun = "notes"
    n_between = 6
    own_suffixes = (".mid", ".wav")

    @abstractmethod
    def notes(self, x: Shaped[Tensor, "..."]) -> tuple[Numbers, int]:
        """The notes of one example, (n, 3) as begin and end in steps and pitch, and how many steps it has."""
        raise NotImplementedError

    def row_file(self, file: BinaryIO) -> RowFile:
        """All examples one after the other, as MIDI."""
        return MidiFile(file, self.notes, self.grid)

    def other_row_file(self, file: BinaryIO, ending: str) -> RowFile:
        """The same as sound."""
        return WavFile(file, self._sound, RATE)

    def _sound(self, x: Tensor) -> npt.NDArray[np.floating]:
        notes, steps = self.notes(x)
        return rendered(notes, self.grid, steps)

    def own_files(self, x: Shaped[Tensor, "..."]) -> dict[str, bytes]:
        """One example as MIDI, and as sound."""
        notes, _ = self.notes(x)
        return {".mid": midi_bytes(notes, self.grid), ".wav": wav_bytes(self._sound(x), RATE)}


@final
@dataclass(frozen=True)
class Tunes(Music):
    """Tunes of one voice, as rows of tokens: a note that begins, one that is held, a rest, the end, and padding.

    Args:
        data_shape: (length,) of a row, the end included.
        display_range: as for every modality.
        grid: the name of a step.
    """

    noun = "tunes"
    recipe_kind = "tunes"
    has_distances = False

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Rows that were loaded as the tune of music."""
        grid = options.get("grid")
        return cls(data_shape, display_range, str(grid)) if grid and len(data_shape) == 1 else None

    def notes(self, x: Shaped[Tensor, " length"]) -> tuple[Numbers, int]:
        """The notes of one tune."""
        return notes_of_tune(x)

    def shown(self, x: Shaped[Tensor, "*leading length"]) -> Shaped[Tensor, "*leading 1 height width"]:
        """Piano rolls."""
        return piano_roll(tune_roll(x))

    def fitted(self, x: Shaped[Tensor, "n steps"]) -> Shaped[Tensor, "n length"]:
        """Shorter tunes with padding, and longer ones cut."""
        steps = self.data_shape[0] - 1
        kept = x[:, :steps]
        return torch.nn.functional.pad(kept, (0, steps + 1 - kept.shape[1]), value=END)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "tunes of up to 32 steps of a 16th note"."""
        return f"tunes of up to {self.data_shape[0] - 1} steps of {step_name(self.grid)}"


@final
@dataclass(frozen=True)
class Chords(Music):
    """Pieces of several voices: which of the 88 keys of a piano sound at each step; −1 past the end.

    Args:
        data_shape: (steps, 88).
        display_range: as for every modality.
        grid: the name of a step.
    """

    noun = "pieces"
    recipe_kind = "chords"
    can_be_cut = True

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Rows of chords that were loaded as those of music."""
        grid = options.get("grid")
        return cls(data_shape, display_range, str(grid)) if grid and len(data_shape) == 2 else None

    def notes(self, x: Shaped[Tensor, "steps keys"]) -> tuple[Numbers, int]:
        """The notes of one piece: keys that sound with a probability above a half."""
        return notes_of_chords(x)

    def shown(self, x: Shaped[Tensor, "*leading steps keys"]) -> Shaped[Tensor, "*leading 1 height width"]:
        """Piano rolls; the darker, the likelier a key sounds."""
        return piano_roll(x)

    def fitted(self, x: Shaped[Tensor, "n some keys"]) -> Shaped[Tensor, "n steps keys"]:
        """Shorter pieces with padding, and longer ones cut."""
        steps = self.data_shape[0]
        return torch.nn.functional.pad(x, (0, 0, 0, max(0, steps - x.shape[1])), value=PAST_END)[:, :steps]

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "pieces of up to 160 steps of a quarter note, 88 keys"."""
        steps, keys = self.data_shape
        return f"pieces of up to {steps} steps of {step_name(self.grid)}, {keys} keys"
