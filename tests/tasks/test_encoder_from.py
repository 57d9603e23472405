"""A training that begins with the encoder of another run, and all else at random."""

import pytest
import torch

from autoencode import tasks
from autoencode.errors import ArgumentError
from autoencode.runtime.cancellation import CancelToken
from support.reporters import CancelAfter, Recorder


def test_an_encoder_trained_without_a_kl_begins_another_training(text_run, tmp_path):
    free = {"beta": 0.0, "free_bits": 0.0, "warmup_steps": 0, "latent_dim": 4, "embedding": 16, "hidden": 32}
    first = tasks.train(text_run.data, out=tmp_path / "first", steps=3, dropout=0.0, **free)
    recorder = Recorder()
    again = {"steps": 1, "learning_rate": 1e-12, "latent_dim": 4, "embedding": 16, "hidden": 32}
    run = tasks.train(text_run.data, encoder_from=first.path, out=tmp_path / "run", reporter=recorder, **again)
    assert f"begins with the encoder of {first.path}, and all else at random" in recorder.of("note")
    assert run.folder.record.arguments["beta"] == 1.0
    plain = tasks.train(text_run.data, out=tmp_path / "plain", **again)
    for name, value in run.model.state_dict().items():
        own = name.startswith(("encoder.", "posterior."))
        assert torch.allclose(value, (first if own else plain).model.state_dict()[name], atol=1e-9), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 8}, r"encoder\..* of this model is not in .* in this shape: --encoder-from takes a run whose"),
        ({"init_from": "run"}, "--init-from takes all weights of a run, --encoder-from those of its encoder"),
    ],
)
def test_encoders_that_do_not_fit_are_refused(text_run, tmp_path, options, message):
    with pytest.raises(ArgumentError, match=message):
        tasks.train(text_run.data, encoder_from=text_run.path, out=tmp_path / "x", latent_dim=4, steps=1, **options)
    assert not (tmp_path / "x").exists()


def test_a_training_from_an_encoder_goes_on_to_the_bit(text_run, tmp_path):
    shared = {"encoder_from": text_run.path, "latent_dim": 4, "embedding": 16, "hidden": 32, "epochs": 3}
    whole = tasks.train(text_run.data, out=tmp_path / "whole", **shared)
    cancel = CancelToken()
    stop = CancelAfter("training", 9, cancel)
    tasks.train(text_run.data, out=tmp_path / "parts", reporter=stop, cancel=cancel, **shared)
    parts = tasks.resume(tmp_path / "parts")
    killed = tasks.train(text_run.data, out=tmp_path / "killed", **shared)
    for name in ("checkpoint/state.safetensors", "metrics.jsonl", "model.safetensors", "last.safetensors"):
        (killed.path / name).unlink()
    killed.folder.update(status="running")
    killed = tasks.resume(killed.path)
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, parts.model.state_dict()[name]), name
        assert torch.equal(value, killed.model.state_dict()[name]), name
