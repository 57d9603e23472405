"""Sound as log-spectrograms, and back."""

import numpy as np
import pytest
import torch

from autoencode.data.sound.spectrogram import NATS, Spectrogram
from support.sounds import tone

HOW = Spectrogram(rate=8000, hop=80, bands=40, frames=40)


def rich(seconds=0.4):
    return torch.from_numpy(
        tone(200, seconds) + 0.02 * np.random.default_rng(0).normal(size=int(8000 * seconds)).astype("f4")
    )


def test_a_tone_lies_in_its_band():
    for hertz in (300, 1000, 2500):
        sine = torch.sin(2 * torch.pi * hertz * torch.arange(3200) / 8000)
        row = int(HOW.of(sine)[0].mean(1).argmax())
        mel = 2595 * np.log10(1 + hertz / 700) / (2595 * np.log10(1 + 4000 / 700)) * 41 - 1
        assert 39 - row == pytest.approx(mel, abs=0.6)


def test_values_are_nats_below_the_loudest_and_loudness_is_not_kept():
    x = rich()
    found = HOW.of(x)
    assert found.max() == 1
    assert found.min() >= 0
    assert torch.allclose(HOW.of(0.01 * x), found, atol=1e-4)
    half = torch.cat([x[:1600], 0.1 * x[:1600]])
    found = HOW.of(half)[0]
    assert torch.allclose((found[:, 3:18] - found[:, 23:38])[found[:, 23:38] > 0] * NATS, torch.tensor(10.0).log())


def test_a_short_sound_has_silence_after_it_and_a_long_one_is_cut():
    x = rich(0.8)
    assert HOW.of(x).shape == (1, 40, 40)
    assert torch.equal(HOW.of(x), HOW.of(x[:3200]))
    assert (HOW.of(x[:1600])[0, :, 23:] == 0).all()
    assert (HOW.of(torch.zeros(100)) == 0).all()


def test_what_comes_back_sounds_alike():
    for x in (rich(), torch.from_numpy(tone(700))):
        picture = HOW.of(x)
        sound = HOW.sound(picture)
        assert sound.shape == (HOW.length,)
        assert sound.abs().max() == pytest.approx(0.8, abs=1e-3)
        assert torch.equal(sound, HOW.sound(picture))
        heard = picture > 0.5
        assert (HOW.of(sound) - picture)[heard].square().mean().sqrt() < 0.09
    assert (HOW.sound(torch.zeros(1, 40, 40)) == 0).all()


def test_windows_give_the_sound_back():
    x = torch.randn(HOW.length - HOW.hop + HOW.window_length, generator=torch.Generator().manual_seed(0))
    back = HOW._istft(HOW._stft(x))
    assert torch.allclose(back[40:-40], x[40:-40], atol=1e-4)


def test_filters_are_those_of_librosa():
    librosa = pytest.importorskip("librosa")
    how = Spectrogram(rate=8000, hop=256, bands=16, frames=8)
    theirs = librosa.filters.mel(sr=8000, n_fft=how.window_length, n_mels=16, htk=True, norm=None)
    assert np.allclose(how._filters.numpy(), theirs / theirs.sum(1, keepdims=True), atol=2e-4)


def test_phases_fit_as_well_as_those_of_librosa():
    librosa = pytest.importorskip("librosa")
    x = torch.nn.functional.pad(rich(), (88, 88))
    wanted = HOW._stft(x).abs()
    ours = HOW._stft(HOW.with_phases(wanted)).abs()
    options = {"n_fft": HOW.window_length, "hop_length": HOW.hop, "center": False, "window": "hann"}
    sound = librosa.griffinlim(wanted.numpy(), n_iter=48, random_state=0, **options)
    theirs = torch.from_numpy(np.abs(librosa.stft(sound, **options)))
    assert (ours - wanted).norm() < 1.2 * (theirs - wanted).norm()
