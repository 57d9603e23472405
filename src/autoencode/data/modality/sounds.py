"""Sounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, final

import numpy as np
import numpy.typing as npt
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.row_files import RowFile
from autoencode.data.sound.spectrogram import Spectrogram
from autoencode.data.sound.wav_file import WavFile, wav_bytes


@final
@dataclass(frozen=True)
class Sounds(Modality):
    """Sounds of one length as log-spectrograms, drawn as pictures, and written as WAV.

    Args:
        data_shape: (1, bands, columns).
        display_range: as for every modality.
        rate: samples a second.
        seconds: the length of a sound.
    """

    rate: int = 8000
    seconds: float = 1.0

    noun = "sounds"
    unit = "recordings"
    recipe_kind = "images"
    network = "conv"
    n_compared = 20
    drawable = spatial = can_shift = bounded = first_stands_for_file = True
    rows_suffix = ".wav"
    rows_noun = "sounds"
    n_between = 6
    own_suffixes = (".wav",)

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `sample_rate`."""
        rate = options.get("sample_rate")
        if not rate or len(data_shape) != 3:
            return None
        return cls(data_shape, display_range, int(rate), float(options["seconds"]))

    @property
    def spectrogram(self) -> Spectrogram:
        """How a sound becomes an example, and an example a sound."""
        _, bands, columns = self.data_shape
        return Spectrogram(self.rate, round(self.seconds * self.rate / columns), bands, columns)

    def samples(self, x: Shaped[Tensor, "1 bands columns"]) -> npt.NDArray[np.floating]:
        """The sound of one example."""
        return self.spectrogram.sound(x).numpy()

    def row_file(self, file: BinaryIO) -> RowFile:
        """All examples one after the other, as WAV."""
        return WavFile(file, self.samples, self.rate)

    def own_files(self, x: Shaped[Tensor, "..."]) -> dict[str, bytes]:
        """One example as sound."""
        return {".wav": wav_bytes(self.samples(x), self.rate)}

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "sounds of 0.7 seconds at 8,000 Hz, in 64 bands and 64 columns"."""
        _, bands, columns = self.data_shape
        return f"sounds of {self.seconds:.3g} seconds at {self.rate:,} Hz, in {bands} bands and {columns} columns"
