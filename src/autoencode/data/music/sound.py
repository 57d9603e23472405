"""Notes as sound, to listen to: by a synthesiser of sine waves."""

import io
import wave

import numpy as np
import numpy.typing as npt

from autoencode.data.music.midi_file import BEATS_A_MINUTE
from autoencode.data.music.score import Numbers
from autoencode.data.options import GRIDS

WAV_MARK = b"ISFT\x0a\0\0\0autoencode"
"""What sounds of this library say of the program that wrote them."""
RATE = 22_050
"""Samples a second."""
_OVERTONES = ((1, 1.0), (2, 0.4), (3, 0.25), (4, 0.12), (5, 0.06))
"""Multiples of the frequency, and how loud each one is."""
_ATTACK, _DECAY, _RELEASE = 0.008, 0.9, 0.12
"""Seconds: until a note is loud, until it has fallen to 1/e, and how long it sounds on."""
_A4, _OF_A4, _OCTAVE = 440.0, 69, 12
_PEAK = 0.8


def sound_of(notes: Numbers, grid: str, steps: int) -> npt.NDArray[np.int16]:
    """The samples of a sound, one channel of 16 bits at 22,050 Hz.

    Args:
        notes: (n, 3): begin and end in steps, and pitch.
        grid: the name of a step.
        steps: how many there are in all.
    """
    second = 60 / BEATS_A_MINUTE / GRIDS[grid]
    sound = np.zeros(int((steps * second + 2 * _RELEASE) * RATE) + 1)
    for begin, end, pitch in notes:
        tone = _tone(float(pitch), (end - begin) * second)
        at = int(begin * second * RATE)
        sound[at : at + len(tone)] += tone[: len(sound) - at]
    return np.rint(sound / max(1e-9, np.abs(sound).max()) * _PEAK * np.iinfo(np.int16).max).astype(np.int16)


def wav_bytes(notes: Numbers, grid: str, steps: int) -> bytes:
    """The same as a WAV file."""
    file, info = io.BytesIO(), b"INFO" + WAV_MARK
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound_of(notes, grid, steps).tobytes())
    whole = file.getvalue() + b"LIST" + len(info).to_bytes(4, "little") + info
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def _tone(pitch: float, seconds: float) -> npt.NDArray[np.float64]:
    """A note that begins fast, fades slowly, and ends softly."""
    time = np.arange(int((seconds + _RELEASE) * RATE)) / RATE
    frequency = _A4 * 2 ** ((pitch - _OF_A4) / _OCTAVE)
    audible = [(times, loud) for times, loud in _OVERTONES if times * frequency < RATE / 2]
    wave_ = sum((loud * np.sin(2 * np.pi * times * frequency * time) for times, loud in audible), np.zeros_like(time))
    shape = (
        np.minimum(1, time / _ATTACK) * np.exp(-time / _DECAY) * np.clip((seconds + _RELEASE - time) / _RELEASE, 0, 1)
    )
    return wave_ * shape
