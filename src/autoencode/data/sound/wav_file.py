"""Sounds as WAV files."""

import io
import wave
from collections.abc import Callable
from typing import BinaryIO, final

import numpy as np
import numpy.typing as npt
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.row_files import RowFile

WAV_MARK = b"ISFT\x0a\0\0\0autoencode"
"""What sounds of this library say of the program that wrote them."""
_PAUSE = 0.3
"""Seconds of silence between sounds."""


def wav_bytes(samples: npt.NDArray[np.floating], rate: int) -> bytes:
    """A sound as a WAV file of one channel of 16 bits.

    Args:
        samples: (n,), from −1 to 1; what is louder is cut off.
        rate: samples a second.
    """
    file, info = io.BytesIO(), b"INFO" + WAV_MARK
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.rint(np.clip(samples, -1, 1) * np.iinfo(np.int16).max).astype("<i2").tobytes())
    whole = file.getvalue() + b"LIST" + len(info).to_bytes(4, "little") + info
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


@final
class WavFile(RowFile):
    """A WAV file of all examples, one after the other, with a moment of silence between them.

    Args:
        file: empty, open for writing.
        to_samples: from one example to its sound, (n,), from −1 to 1.
        rate: samples a second.
    """

    def __init__(self, file: BinaryIO, to_samples: Callable[[Tensor], npt.NDArray[np.floating]], rate: int) -> None:
        super().__init__(file)
        self._to_samples, self._rate = to_samples, rate
        self._sounds = list[npt.NDArray[np.floating]]()

    def add(self, x: Shaped[Tensor, "n ..."]) -> None:
        """Adds examples."""
        silence = np.zeros(int(_PAUSE * self._rate))
        for row in x:
            self._sounds += [self._to_samples(row), silence]

    def finish(self) -> None:
        """Writes them all."""
        self.file.write(wav_bytes(np.concatenate(self._sounds), self._rate))
