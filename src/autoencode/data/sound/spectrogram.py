"""Sound as log-spectrograms, and back."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional as F

Samples = npt.NDArray[np.float32]
"""One channel of a sound, (n,), with values from −1 to 1."""
NATS = 7.0
"""How far below the loudest place of a sound its silence is, as the logarithm of an amplitude: 61 dB."""
_FAINTEST = 1e-9
"""An amplitude that is silence whatever is beside it."""
_OVERLAP = 2
"""Hops in a window, at least; the next power of two is taken."""
ROUNDS, MOMENTUM = 48, 0.99
"""Of the fast Griffin–Lim algorithm."""
_MEL, _MEL_AT = 2595.0, 700.0
"""The mel scale: 2595 log10(1 + f / 700)."""
PEAK = 0.8
"""The loudest sample of a sound."""


@dataclass(frozen=True)
class Spectrogram:
    """How a sound of a fixed length becomes a picture with time to the right and pitch upwards, and a picture a sound.

    A value is the logarithm of the amplitude in a band at a time, from 0 for silence, 7 nats (61 dB) below the loudest
    value of the sound, to 1 for the loudest one: how loud a sound is as a whole is not kept, and nor are phases.

    Args:
        rate: samples a second.
        hop: samples from one column to the next.
        bands: rows: triangles that lie evenly on the mel scale, the highest first.
        frames: columns.

    References:
        Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions on Acoustics,
        Speech, and Signal Processing 32, 1984; Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim algorithm",
        WASPAA 2013, for the momentum.

    Example:
        >>> how = Spectrogram(rate=8000, hop=160, bands=32, frames=32)
        >>> tone = torch.sin(torch.arange(5120) * 2 * torch.pi * 440 / 8000)
        >>> how.of(tone).shape, how.sound(how.of(tone)).shape
        (torch.Size([1, 32, 32]), torch.Size([5120]))
    """

    rate: int
    hop: int
    bands: int
    frames: int

    @property
    def length(self) -> int:
        """Samples of a sound."""
        return self.hop * self.frames

    @property
    def window_length(self) -> int:
        """Samples that a column looks at."""
        return 2 ** math.ceil(math.log2(_OVERLAP * self.hop))

    def of(self, samples: Float[Tensor, " n"]) -> Float[Tensor, "1 bands frames"]:
        """The picture of a sound; a shorter one has silence after it, and a longer one is cut."""
        sound = F.pad(samples[: self.length].float(), (0, max(0, self.length - len(samples))))
        loud = (self._filters @ self._stft(self._padded(sound)).abs()).clamp_min(_FAINTEST).log()
        loudest = loud.max().clamp_min(math.log(_FAINTEST) + NATS)
        return (1 + (loud - loudest) / NATS).clamp(0, 1).flip(0)[None]

    def sound(self, x: Float[Tensor, "1 bands frames"]) -> Float[Tensor, " n"]:
        """The sound of a picture, with phases found by the fast Griffin–Lim algorithm, always the same ones."""
        x = x[0].detach().float().cpu().flip(0).clamp(0, 1)
        loud = torch.where(x > 0, ((x - 1) * NATS).exp(), 0.0)
        sound = self.with_phases(self.inverse @ loud)[self.edge : self.edge + self.length]
        return sound * (PEAK / sound.abs().max().clamp_min(1e-9))

    def with_phases(self, amplitudes: Float[Tensor, "frequencies frames"]) -> Float[Tensor, " n"]:
        """A sound whose windows have nearly these amplitudes, with the edges of the first and the last one."""
        found = torch.polar(amplitudes, 2 * math.pi * self.first_phases())
        before = torch.zeros_like(found)
        for _ in range(ROUNDS):
            now = self._stft(self._istft(found))
            ahead = now + MOMENTUM * (now - before)
            found, before = amplitudes * ahead / ahead.abs().clamp_min(1e-12), now
        return self._istft(found)

    def first_phases(self) -> Float[Tensor, "frequencies frames"]:
        """The phases that the search begins with, in turns: random ones, always the same."""
        shape = self.window_length // 2 + 1, self.frames
        return torch.rand(shape, generator=torch.Generator().manual_seed(0))

    @property
    def edge(self) -> int:
        """Silence before and after, so that columns lie in the middle of their hops."""
        return (self.window_length - self.hop) // 2

    def _padded(self, sound: Tensor) -> Tensor:
        return F.pad(sound, (self.edge, self.window_length - self.hop - self.edge))

    def _stft(self, padded: Float[Tensor, " n"]) -> Complex[Tensor, "frequencies frames"]:
        windows = padded.unfold(0, self.window_length, self.hop)
        return torch.fft.rfft(windows * self._window).T

    def _istft(self, found: Complex[Tensor, "frequencies frames"]) -> Float[Tensor, " n"]:
        """The sound whose windows are nearest to these, in least squares."""
        windows = torch.fft.irfft(found.T, n=self.window_length) * self._window
        return self._added(windows) / self._added((self._window**2).expand_as(windows)).clamp_min(1e-3)

    def _added(self, windows: Float[Tensor, "frames window"]) -> Float[Tensor, " n"]:
        """Windows laid over each other, where they came from."""
        n = self.length - self.hop + self.window_length
        return F.fold(windows.T[None], (1, n), (1, self.window_length), stride=(1, self.hop)).flatten()

    @cached_property
    def _window(self) -> Tensor:
        return torch.hann_window(self.window_length)

    @cached_property
    def _filters(self) -> Float[Tensor, "bands frequencies"]:
        """Triangles between the centres of the neighbouring bands, each with a sum of 1; none is empty."""
        frequencies = torch.linspace(0, self.rate / 2, self.window_length // 2 + 1)
        mels = torch.linspace(0, _MEL * math.log10(1 + self.rate / 2 / _MEL_AT), self.bands + 2)
        edges = _MEL_AT * (10 ** (mels / _MEL) - 1)
        width = (edges[1:] - edges[:-1]).clamp_min(self.rate / self.window_length)[:, None]
        rise = 1 - (edges[1:-1, None] - frequencies) / width[:-1]
        fall = 1 - (frequencies - edges[1:-1, None]) / width[1:]
        triangles = torch.minimum(rise, fall).clamp_min(0)
        return triangles / triangles.sum(1, keepdim=True)

    @cached_property
    def inverse(self) -> Float[Tensor, "frequencies bands"]:
        """From bands to frequencies: each band is spread over its triangle."""
        spread = self._filters.T
        return spread / spread.sum(1, keepdim=True).clamp_min(1e-6)
