"""What makes the sound of music: FluidSynth where it is installed, and sine waves where it is not."""

from weakref import ref

import numpy as np
import numpy.typing as npt

from autoencode.data.music.fluidsynth import find_fluidsynth
from autoencode.data.music.midi_file import BEATS_A_MINUTE, midi_bytes
from autoencode.data.music.score import Numbers
from autoencode.data.music.sound import PEAK, RATE, sound_of
from autoencode.data.options import GRIDS
from autoencode.errors import CapabilityError
from autoencode.runtime.reporter import Reporter, current_reporter

TAIL = 0.5
"""Seconds in which the last notes fade after the last step."""
OWN = "the sound is made of sine waves"
INSTALL = "for that of a piano: apt install fluidsynth timgm6mb-soundfont"


class Synthesizer:
    """Makes the sounds of one command in one way, and says once in which.

    Where FluidSynth fails, this and all further sounds are made of sine waves.
    """

    def __init__(self) -> None:
        self._fluidsynth, self._is_said = find_fluidsynth(), False

    def sound(self, notes: Numbers, grid: str, steps: int, reporter: Reporter) -> npt.NDArray[np.float64]:
        """See `rendered`."""
        if self._fluidsynth is not None and len(notes):
            try:
                samples = self._fluidsynth.render(midi_bytes(notes, grid), RATE)
            except CapabilityError as error:
                self._fluidsynth, self._is_said = None, True
                reporter.warn(f"FluidSynth cannot be used, so {OWN}: {error}")
            else:
                self._say(f"the sound is made by FluidSynth with {self._fluidsynth.font.name}", reporter)
                return _fitted(samples, steps * 60 / BEATS_A_MINUTE / GRIDS[grid])
        if self._fluidsynth is None:
            self._say(f"{OWN}; {INSTALL}", reporter)
        return sound_of(notes, grid, steps)

    def _say(self, text: str, reporter: Reporter) -> None:
        if not self._is_said:
            self._is_said = True
            reporter.note(text)


_latest: list[tuple[ref[Reporter], Synthesizer]] = []
"""Of the command that made a sound last, known by its reporter: at most one."""


def rendered(notes: Numbers, grid: str, steps: int) -> npt.NDArray[np.float64]:
    """Notes as sound: samples from −1 to 1, one channel at `RATE`.

    Args:
        notes: (n, 3): begin and end in steps, and pitch.
        grid: the name of a step.
        steps: how many there are in all.
    """
    reporter = current_reporter()
    if not _latest or _latest[0][0]() is not reporter:
        _latest[:] = [(ref(reporter), Synthesizer())]
    return _latest[0][1].sound(notes, grid, steps, reporter)


def _fitted(samples: npt.NDArray[np.float64], seconds: float) -> npt.NDArray[np.float64]:
    """A sound of this length and a tail that fades, as loud as one of sine waves."""
    length, tail = int(seconds * RATE), int(TAIL * RATE)
    sound = np.zeros(length + tail)
    kept = samples[: len(sound)]
    sound[: len(kept)] = kept
    sound[length:] *= np.linspace(1, 0, tail)
    return sound / max(1e-9, np.abs(sound).max()) * PEAK
