"""Recordings: the samples of a file, as one channel of a rate."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.extras import import_extra
from autoencode.data.memory import check_fits
from autoencode.data.sound.spectrogram import Samples
from autoencode.errors import DataError
from autoencode.storage import open_regular

SOUND_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
SHORTEST = 0.05
"""Seconds of a recording, at least."""
_RATES = (1_000, 768_000)
_QUIET = 1e-5
"""The loudest sample of a recording that counts as silence."""
_USUAL = {"PCM_16": "16 bits", "PCM_24": "24 bits", "PCM_32": "32 bits", "PCM_U8": "8 bits", "FLOAT": "floats"}


@dataclass(frozen=True)
class RecordingHeader:
    """What a file says of its sound.

    Args:
        rate: samples a second.
        channels: how many.
        length: samples of each channel.
        kind: how a sample is stored, such as "24 bits".
    """

    rate: int
    channels: int
    length: int
    kind: str

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.length / self.rate


def read_recording_header(path: Path) -> RecordingHeader:
    """What a file says of its sound, of which no more is read.

    Raises:
        DataError: it is no sound, or shorter than a twentieth of a second.
        CapabilityError: soundfile is not installed.
    """
    library = _import_soundfile()
    with _opened(path) as file:
        found = library.info(file)
        header = RecordingHeader(
            found.samplerate, found.channels, found.frames, _USUAL.get(str(found.subtype), str(found.subtype))
        )
    if not _RATES[0] <= header.rate <= _RATES[1]:
        raise DataError(f"{path} has {header.rate:,} samples a second: give recordings of 1,000 to 768,000")
    if header.seconds < SHORTEST:
        raise DataError(f"{path} is {header.seconds:.3f} seconds long: give recordings of {SHORTEST} seconds or more")
    check_fits(8 * header.length * header.channels, str(path))
    return header


def read_recording(path: Path, rate: int) -> Samples:
    """The samples of a file at a rate, the mean of its channels.

    Args:
        path: of the file.
        rate: samples a second to which it is converted.

    Raises:
        DataError: it cannot be read, is silent, or holds numbers that are not finite.
        CapabilityError: soundfile is not installed.
    """
    header, library = read_recording_header(path), _import_soundfile()
    with _opened(path) as file:
        samples = library.read(file, dtype="float32", always_2d=True)[0].mean(1)
    if len(samples) < header.length:
        raise DataError(f"{path} ends early: {len(samples):,} of {header.length:,} samples; copy or make it again")
    if not np.isfinite(samples).all():
        raise DataError(f"{path} holds NaN or infinity: export it again")
    if np.abs(samples).max() < _QUIET:
        raise DataError(f"{path} is silent: leave it out, or record it again")
    return converted(samples, header.rate, rate)


def converted(samples: Samples, rate: int, to: int) -> Samples:
    """Samples of another rate; what the new one cannot hold is filtered out first.

    Args:
        samples: of one channel.
        rate: their number a second.
        to: the number wanted.
    """
    if rate == to:
        return samples
    from scipy import signal  # takes half a second

    shared = gcd(rate, to)
    return signal.resample_poly(samples, to // shared, rate // shared).astype(np.float32)


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    """The file, whose damage is an error with its name; libsndfile would name an object in memory."""
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        try:
            yield file
        except RuntimeError as error:
            raise DataError(f"{path} is no recording that can be read: {str(error).rpartition(': ')[2]}") from error


def _import_soundfile() -> Any:
    return import_extra("soundfile", "recordings are read by soundfile")
