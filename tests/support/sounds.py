"""Small recordings as files."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 8000


def tone(hertz=440.0, seconds=0.4, rate=RATE):
    """A tone that rises and fades."""
    time = np.arange(int(seconds * rate)) / rate
    shape = np.minimum(1, time / 0.02) * np.exp(-4 * time)
    return (0.5 * shape * sum(np.sin(2 * np.pi * n * hertz * time) / n for n in (1, 2, 3))).astype(np.float32)


def write_sounds(folder: Path, n=12, rate=RATE) -> Path:
    """A folder of tones."""
    folder.mkdir(exist_ok=True)
    for number in range(n):
        soundfile.write(folder / f"{number:02d}.wav", tone(200 + 40 * number, rate=rate), rate)
    return folder
