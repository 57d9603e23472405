"""Music from training to use."""

import json
import shutil

import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.runs.run import Run
from support.music import scale, write_midi
from support.reporters import Recorder

SMALL = {"music-vae": {"latent_dim": 4, "embedding": 6, "hidden": 12, "plan": 5}, "deep-markov": {"latent_dim": 3}}


def trained(folder, voices):
    for number in range(12):
        low = [(place, 2, 40 + number % 3) for place in range(0, 8, 2)]
        write_midi(folder / f"{number:02d}.mid", [scale(2, number % 5), low])
    data = load(folder, voices=voices, grid="quarter", bars=2 if voices == "tune" else None)
    recipe = "music-vae" if voices == "tune" else "deep-markov"
    run = folder / "run"
    return tasks.train(data, out=run, steps=6, batch_size=4, compile="never", command="test", **SMALL[recipe])


@pytest.fixture(scope="module", params=["tune", "chords"])
def made(request, tmp_path_factory):
    return trained(tmp_path_factory.mktemp("music"), request.param)


@pytest.fixture
def run(made, tmp_path):
    shutil.copytree(made.path, tmp_path / "run")
    return Run(tmp_path / "run")


def test_a_run_knows_its_music(run):
    assert run.folder.record.recipe == ("music-vae" if run.modality.noun == "tunes" else "deep-markov")
    assert "quarter note" in run.modality.description
    assert run.verdict.evidence.steps == 6
    assert "nats a" in run.verdict.sentence


def test_a_run_without_a_word_of_conductors_has_none(run):
    """As those of before there were any."""
    if run.modality.noun == "tunes":
        record = json.loads((run.path / "run.json").read_text(encoding="utf-8"))
        assert record["arguments"].pop("conductor") == 0
        (run.path / "run.json").write_text(json.dumps(record), encoding="utf-8")
        x, z = run.data.test.inputs(), torch.zeros(2, 4)
        earlier = Run(run.path)
        assert torch.equal(earlier.model.decode(z[:1]).log_prob(x), run.model.decode(z[:1]).log_prob(x))


def test_a_conductor_is_trained_read_again_and_explored(made, tmp_path):
    if made.modality.noun == "tunes":
        options = {"steps": 3, "batch_size": 4, "compile": "never", "conductor": 3, **SMALL["music-vae"]}
        trained = tasks.train(made.data, out=tmp_path / "run", **options)
        found = Run(tmp_path / "run", data=made.data)
        assert found.model.decoder.n_segments == 3
        assert torch.equal(tasks.generate(found, 2)[0], tasks.generate(trained, 2)[0])
        assert "Save MIDI" in tasks.explore(found, tmp_path / "e.html", examples=3).read_text(encoding="utf-8")


def test_how_the_sound_was_made_is_said_once(run, tmp_path):
    recorder = Recorder()
    tasks.generate(run, 3, tmp_path / "new", reporter=recorder)
    assert sum("sine waves" in note for note in recorder.of("note")) == 1


def test_generate_writes_midi_sound_and_rolls(run, tmp_path):
    x, files = tasks.generate(run, 3, tmp_path / "new")
    assert {path.name for path in files} == {
        *(f"000{number}.{ending}" for number in (1, 2, 3) for ending in ("png", "mid", "wav")),
        "samples.mid",
        "sheet.png",
    }
    assert all(path.is_file() for path in files)
    again, _ = tasks.generate(run, 3, tmp_path / "new")
    assert torch.equal(again, x)
    tasks.generate(run, 2, tmp_path / "new")
    assert not (tmp_path / "new" / "0003.wav").exists()
    (tmp_path / "new" / "0001.mid").write_bytes(b"a person's own")
    with pytest.raises(ArgumentError, match="did not write it"):
        tasks.generate(run, 2, tmp_path / "new")


def test_morph_and_reconstruct_files(run, tmp_path):
    a = write_midi(tmp_path / "a.mid", [scale(2), [(0, 8, 40)]])
    b = write_midi(tmp_path / "b.mid", [scale(3, 4), [(0, 8, 45)]])
    recorder = Recorder()
    morph = tasks.morph(run, a, b, frames=4, reporter=recorder)
    assert tasks.save_morph(run, morph, tmp_path / "ab.mid").read_bytes()[:4] == b"MThd"
    assert tasks.save_morph(run, morph, tmp_path / "ab.wav").read_bytes()[:4] == b"RIFF"
    with pytest.raises(ArgumentError, match=r"written to .*\.mid \(the notes\)"):
        tasks.save_morph(run, morph, tmp_path / "ab.xyz")
    if run.modality.noun == "tunes":
        assert any("b.mid: the first of 2 examples" in str(note) for note in recorder.of("note"))
    done = tasks.reconstruct(run, [a], tmp_path / "back")
    assert {".mid", ".wav", ".png"} <= {path.suffix for path in done.files}
    with pytest.raises(DataError, match="no notes"):
        tasks.reconstruct(run, [write_midi(tmp_path / "silent.mid", [[]])], tmp_path / "none")


def test_evaluation_is_per_token_or_per_step(run):
    found = tasks.evaluate(run, importance_samples=3)
    per = found.elbo_per_token if run.modality.noun == "tunes" else found.elbo_per_step
    assert per is not None
    assert found.log_likelihood is not None
    assert found.elbo_bpd is None


def test_augmentation_is_for_what_it_suits(made):
    with pytest.raises(ArgumentError, match="transpose moves the notes of music"):
        tasks.train("digits", augment="transpose:2", steps=1)
    with pytest.raises(ArgumentError, match="--augment needs pictures"):
        tasks.train(made.data, augment="mirror", steps=1)


def test_tunes_can_be_explored_and_chords_cannot(run):
    if run.modality.noun == "tunes":
        page = tasks.explore(run, examples=3).read_text(encoding="utf-8")
        assert "Save MIDI" in page
        assert "tunes of all parts, 3 of them in this file" in page
    else:
        with pytest.raises(CapabilityError, match=r"explore tunes of one voice \(music-vae\)"):
            tasks.explore(run)
