"""Recordings become examples, and bad ones are left out and said."""

import numpy as np
import pytest
import soundfile
import torch

from autoencode.data import load, recipe_kind_of
from autoencode.data.sound.recordings import converted, read_recording
from autoencode.data.sound.sounds import SOUND
from autoencode.errors import ArgumentError, DataError
from support.sounds import RATE, tone, write_sounds


def test_a_folder_of_recordings(tmp_path):
    data = load(write_sounds(tmp_path / "a"))
    assert data.data_shape == (1, 64, 64)
    assert data.modality.description == "sounds of 0.4 seconds at 8,000 Hz, in 64 bands and 64 columns"
    assert data.split.sizes == {"train": 10, "validation": 1, "test": 1}
    assert torch.equal(load(tmp_path / "a", **data.options).train.x, data.train.x)
    assert SOUND.is_source(tmp_path / "a")
    assert recipe_kind_of(tmp_path / "a") == "images"
    small = load(tmp_path / "a", size="16x20", seconds=0.3, sample_rate=4000)
    assert small.data_shape == (1, 16, 20)
    assert "cut off" in " ".join(small.notes)


def test_other_rates_channels_and_kinds_are_converted_and_said(tmp_path):
    folder = write_sounds(tmp_path / "a")
    both = np.stack([tone(400, rate=44100), tone(400, rate=44100)], 1)
    soundfile.write(folder / "b.wav", both, 44100, subtype="PCM_24")
    soundfile.write(folder / "c.wav", tone(400), RATE, subtype="FLOAT")
    data = load(folder)
    assert "converted: 1 of 44,100 Hz to 8,000 Hz, 1 of 2 channels to one, 1 of 24 bits, 1 of floats" in data.notes
    high = read_recording(folder / "b.wav", RATE)
    assert np.abs(high - tone(400)[: len(high)])[100:-100].max() < 0.01


def test_what_the_new_rate_cannot_hold_is_filtered_out():
    time = np.arange(16000) / 16000
    high, low = (np.sin(2 * np.pi * hertz * time).astype(np.float32) for hertz in (6000, 500))
    assert np.abs(converted(high, 16000, 8000))[100:-100].max() < 0.05
    assert np.abs(converted(low, 16000, 8000))[100:-100].max() > 0.9
    assert converted(low, 8000, 8000) is low


def test_bad_files_are_left_out_with_their_reasons(tmp_path):
    folder = write_sounds(tmp_path / "a")
    soundfile.write(folder / "short.wav", tone(400)[:100], RATE)
    soundfile.write(folder / "silent.wav", np.zeros(4000), RATE)
    soundfile.write(folder / "nan.wav", np.full(4000, np.nan, np.float32), RATE, subtype="FLOAT")
    (folder / "broken.wav").write_bytes(b"RIFF....WAVE")
    (folder / "empty.wav").write_bytes(b"")
    data = load(folder)
    reasons = {skip.file: skip.reason for skip in data.skipped}
    assert sorted(reasons) == ["broken.wav", "empty.wav", "nan.wav", "short.wav", "silent.wav"]
    assert "0.013 seconds long" in reasons["short.wav"]
    assert "is silent" in reasons["silent.wav"]
    assert "NaN" in reasons["nan.wav"]
    assert "no recording that can be read" in reasons["broken.wav"]
    assert any(note.startswith("left out 5 files: ") for note in data.notes)
    with pytest.raises(DataError, match=r"0\.013 seconds long"):
        load(folder / "short.wav")
    for name in ("short", "silent", "broken"):
        (tmp_path / "b").mkdir(exist_ok=True)
        (folder / f"{name}.wav").rename(tmp_path / "b" / f"{name}.wav")
    with pytest.raises(DataError, match="holds no recording that can be read"):
        load(tmp_path / "b")


def test_a_long_recording_is_cut_into_parts_of_one_length(tmp_path):
    pieces = [tone(300 + 50 * n, 1.0) for n in range(7)]
    pieces[3] *= 0
    soundfile.write(tmp_path / "long.wav", np.concatenate(pieces), RATE)
    for name in "bcd":
        soundfile.write(tmp_path / f"{name}.wav", np.concatenate(pieces), RATE)
    data = load(tmp_path)
    assert data.modality.description.startswith("sounds of 1.02 seconds") or "of 1 seconds" in data.modality.description
    names = [{name.split("#")[0] for name in data.names(part)} for part in ("train", "validation", "test")]
    assert not names[0] & names[1]
    assert not names[1] & names[2]


def test_subfolders_are_the_parts(tmp_path):
    for part in ("train", "test"):
        write_sounds(tmp_path / part, 6)
    soundfile.write(tmp_path / "beside.wav", tone(), RATE)
    data = load(tmp_path)
    assert data.split.sizes == {"train": 5, "validation": 1, "test": 6}
    assert all(name.startswith("test/") for name in data.names("test"))
    assert [skip.file for skip in data.skipped] == ["beside.wav"]
    assert data.notes[1] == "parts from subfolders: train 6, test 6 recordings (--parts random divides all anew)"
    assert load(tmp_path, parts="random").split.sizes["train"] == 11


def test_a_recording_that_is_silent_where_examples_are_taken_is_in_no_part(tmp_path):
    loud = np.random.default_rng(0).uniform(-0.5, 0.5, 8000)
    for part, names in {"train": "012345", "validation": "01", "test": "0"}.items():
        (tmp_path / part).mkdir()
        for name in names:
            soundfile.write(tmp_path / part / f"{name}.wav", loud, 8000)
    late = np.concatenate([np.zeros(9000), loud[:2200]])
    soundfile.write(tmp_path / "test" / "1.wav", late, 8000)
    gap = np.concatenate([loud, np.zeros(16000), loud])
    soundfile.write(tmp_path / "test" / "2.wav", gap, 8000)
    data = load(tmp_path, seconds=1.0)
    assert data.names("test") == ["test/0.wav", "test/2.wav#1", "test/2.wav#4"]
    assert data.names("validation") == ["validation/0.wav", "validation/1.wav"]
    assert "left out 1 file: test/1.wav (silent where examples are taken)" in data.notes
    assert "2 silent parts of recordings are left out" in "; ".join(data.notes)


def test_options_out_of_range_and_of_others(tmp_path):
    folder = write_sounds(tmp_path / "a")
    for options, message in (
        ({"sample_rate": 10}, "--sample-rate takes"),
        ({"seconds": 0.0}, "--seconds takes"),
        ({"seconds": 0.05, "size": (32, 500), "sample_rate": 1000}, "fewer than 500 columns"),
        ({"bars": 2}, "--bars does not apply"),
        ({"values": "0-255"}, "--values does not apply"),
    ):
        with pytest.raises(ArgumentError, match=message):
            load(folder, **options)
    with pytest.raises(ArgumentError, match="--sample-rate does not apply"):
        load(np.zeros((20, 5)), sample_rate=8000)
