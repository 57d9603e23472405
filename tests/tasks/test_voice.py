"""Sounds from training to use."""

import io
import shutil

import pytest
import soundfile

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.run import Run
from support.sounds import RATE, tone, write_sounds


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voice")
    data = load(write_sounds(folder / "voices", 12), size=(16, 16))
    small = {"latent_dim": 3, "channels": (4, 4), "hidden": 8}
    return tasks.train(data, out=folder / "run", steps=4, batch_size=4, compile="never", command="test", **small)


@pytest.fixture
def run(made, tmp_path):
    shutil.copytree(made.path, tmp_path / "run")
    return Run(tmp_path / "run")


def test_generate_writes_sounds_and_their_pictures(run, tmp_path):
    assert run.folder.record.recipe == "pca-vae"
    assert len(run.data.validation) == 1  # of whose code the fitted prior has a nll, and no standard error
    _, files = tasks.generate(run, 2, tmp_path / "new")
    names = {"0001.png", "0001.wav", "0002.png", "0002.wav", "samples.wav", "sheet.png"}
    assert {path.name for path in files} == names
    samples, rate = soundfile.read(tmp_path / "new" / "0001.wav")
    assert (rate, len(samples)) == (RATE, 3200)
    assert len(soundfile.read(tmp_path / "new" / "samples.wav")[0]) == 2 * (3200 + 2400)
    tasks.generate(run, 1, tmp_path / "new")
    assert not (tmp_path / "new" / "0002.wav").exists()


def test_morph_reconstruct_and_blend(run, tmp_path):
    a, b = tmp_path / "a.wav", tmp_path / "b.flac"
    soundfile.write(a, tone(300), RATE)
    soundfile.write(b, tone(600, rate=22050), 22050)
    morph = tasks.morph(run, a, b, frames=3)
    assert tasks.save_morph(run, morph, tmp_path / "ab.wav").read_bytes()[:4] == b"RIFF"
    assert tasks.save_morph(run, morph, tmp_path / "ab.gif").is_file()
    done = tasks.reconstruct(run, [a, b], tmp_path / "back")
    assert {path.name for path in done.files} >= {"a.wav", "b.wav", "reconstructions.wav"}
    with pytest.raises(DataError, match=r"give \.wav files"):
        tasks.morph(run, a, next((tmp_path / "back").glob("a.png")))


def test_a_folder_of_recordings_is_taken_whole(run, tmp_path):
    done = tasks.reconstruct(run, [write_sounds(tmp_path / "more", 3)], tmp_path / "back")
    assert done.count == 3


def test_sounds_are_moved_and_never_mirrored(made):
    run = tasks.train(
        made.data, steps=1, augment="shift:1", out=made.path.parent / "moved", compile="never", latent_dim=2
    )
    assert run.folder.settings.augment == "shift:1"
    with pytest.raises(ArgumentError, match="--augment needs pictures"):
        tasks.train(made.data, augment="mirror", steps=1)


def test_what_was_written_is_read_by_others():
    from autoencode.data.sound.wav_file import wav_bytes

    samples, rate = soundfile.read(io.BytesIO(wav_bytes(2 * tone(), RATE)))
    assert rate == RATE
    assert abs(samples - (2 * tone()).clip(-1, 1)).max() < 1e-4


def test_sounds_can_be_explored(run):
    page = tasks.explore(run, examples=3).read_text(encoding="utf-8")
    assert "Save WAV" in page
    assert "sounds of 0.4 seconds at 8,000 Hz, in 16 bands and 16 columns" in page
