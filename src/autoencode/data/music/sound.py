"""Notes as sound, to listen to: by a synthesiser of sine waves."""

import numpy as np
import numpy.typing as npt

from autoencode.data.music.midi_file import BEATS_A_MINUTE
from autoencode.data.music.score import Numbers
from autoencode.data.options import GRIDS

RATE = 22_050
"""Samples a second."""
OVERTONES = ((1, 1.0), (2, 0.4), (3, 0.25), (4, 0.12), (5, 0.06))
"""Multiples of the frequency, and how loud each one is."""
ATTACK, DECAY, RELEASE = 0.008, 0.9, 0.12
"""Seconds: until a note is loud, until it has fallen to 1/e, and how long it sounds on."""
A4, OF_A4, _OCTAVE = 440.0, 69, 12
"""The frequency of a key in Hz, its number in MIDI, and keys of an octave."""
PEAK = 0.8
"""The loudest sample of a sound."""


def sound_of(notes: Numbers, grid: str, steps: int) -> npt.NDArray[np.float64]:
    """The samples of a sound from −1 to 1, one channel at 22,050 Hz.

    Args:
        notes: (n, 3): begin and end in steps, and pitch.
        grid: the name of a step.
        steps: how many there are in all.
    """
    second = 60 / BEATS_A_MINUTE / GRIDS[grid]
    sound = np.zeros(int((steps * second + 2 * RELEASE) * RATE) + 1)
    for begin, end, pitch in notes:
        tone = _tone(float(pitch), (end - begin) * second)
        at = int(begin * second * RATE)
        sound[at : at + len(tone)] += tone[: len(sound) - at]
    return sound / max(1e-9, np.abs(sound).max()) * PEAK


def _tone(pitch: float, seconds: float) -> npt.NDArray[np.float64]:
    """A note that begins fast, fades slowly, and ends softly."""
    time = np.arange(int((seconds + RELEASE) * RATE)) / RATE
    frequency = A4 * 2 ** ((pitch - OF_A4) / _OCTAVE)
    audible = [(times, loud) for times, loud in OVERTONES if times * frequency < RATE / 2]
    wave_ = sum((loud * np.sin(2 * np.pi * times * frequency * time) for times, loud in audible), np.zeros_like(time))
    shape = np.minimum(1, time / ATTACK) * np.exp(-time / DECAY) * np.clip((seconds + RELEASE - time) / RELEASE, 0, 1)
    return wave_ * shape
