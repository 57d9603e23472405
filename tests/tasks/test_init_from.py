"""Fine-tuning: a training that begins with the weights of another run."""

import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, RunError
from autoencode.runs.folder import RunFolder
from support.reporters import Recorder


@pytest.fixture(scope="module")
def digits():
    return load("digits", limit=200)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory, digits):
    """Three steps of a small model with an option that is not the default."""
    path = tmp_path_factory.mktemp("earlier") / "run"
    return tasks.train(digits, "dense-vae", hidden=8, latent_dim=3, batch_size=100, steps=3, out=path)


def test_the_first_step_starts_from_the_earlier_weights_recipe_and_options(tmp_path, digits, earlier):
    recorder = Recorder()
    run = tasks.train(
        digits, init_from=earlier.path, learning_rate=1e-12, steps=1, out=tmp_path / "run", reporter=recorder
    )
    assert run.folder.record.recipe == "dense-vae"
    assert run.model.latent_shape == (3,)
    before, after = earlier.model.state_dict(), run.model.state_dict()
    assert all(torch.allclose(after[name], value, atol=1e-9) for name, value in before.items())
    assert f"begins with the weights of {earlier.path}" in recorder.of("note")


def test_what_does_not_fit_is_said(tmp_path, digits, earlier):
    recorder = Recorder()
    tasks.train(digits, init_from=earlier.path, latent_dim=2, steps=1, out=tmp_path / "run", reporter=recorder)
    assert any("weight tensors are not in" in warning for warning in recorder.of("warn"))
    with pytest.raises(ArgumentError, match=r"7 are not in .* in this shape: --init-from takes a run of the"):
        tasks.train(digits, "dense-vae", init_from=earlier.path, hidden=9, latent_dim=4, steps=1, out=tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_a_killed_training_starts_again_from_the_earlier_weights(tmp_path, digits, earlier):
    """Before its first checkpoint: the copy in the folder is used, wherever the earlier run is now."""
    whole = tasks.train(digits, init_from=earlier.path, steps=2, out=tmp_path / "whole")
    killed = tasks.train(digits, init_from=earlier.path, steps=2, out=tmp_path / "killed")
    for name in ("checkpoint/state.safetensors", "metrics.jsonl", "model.safetensors", "last.safetensors"):
        (killed.path / name).unlink()
    killed.folder.update(status="running")
    again = tasks.resume(killed.path, digits)
    for name, value in whole.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value), name


def test_pictures_are_read_as_the_earlier_run_read_them(tmp_path, earlier):
    folder = tmp_path / "colour"
    folder.mkdir()
    for number in range(20):
        Image.new("RGB", (24, 20), (number * 10, 0, 40)).save(folder / f"{number:02}.png")
    run = tasks.train(folder, init_from=earlier.path, steps=1, out=tmp_path / "run")
    assert run.folder.data.data_shape == (1, 8, 8)


def test_a_place_that_is_no_trained_run_is_refused(tmp_path, digits, earlier):
    with pytest.raises(RunError, match="there is no folder"):
        tasks.train(digits, init_from=tmp_path / "nowhere", out=tmp_path / "run")
    untrained = RunFolder.create(tmp_path / "untrained", recipe="dense-vae", data=digits)
    with pytest.raises(RunError, match="has saved no weights yet"):
        tasks.train(digits, init_from=untrained.path, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
