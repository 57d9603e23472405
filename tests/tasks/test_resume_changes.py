"""A training goes on with other settings: what can change does, is said in one line, and is kept."""

import json

import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError
from autoencode.runs.run import Run
from support.reporters import Recorder


@pytest.fixture
def digits():
    return load("digits", limit=200)


@pytest.fixture
def run(tmp_path, digits):
    return tasks.train(digits, "dense-vae", hidden=8, epochs=3, batch_size=50, out=tmp_path / "run")


def test_learning_rate_and_beta_change_from_here_on_and_are_kept(run, digits):
    recorder = Recorder()
    more = tasks.resume(run.path, digits, epochs=5, learning_rate=0.01, beta=4.0, reporter=recorder)
    assert [note for note in recorder.of("note") if note.startswith("changed")] == [
        "changed from step 12 on: learning_rate 0.001 → 0.01, beta 1.0 → 4.0"
    ]
    facts = json.loads((run.path / "run.json").read_text())
    assert facts["changes"] == [{"step": 12, "settings": {"learning_rate": 0.01}, "arguments": {"beta": 4.0}}]
    assert facts["arguments"]["beta"] == 4.0
    assert facts["settings"]["learning_rate"] == 0.01
    assert more.folder.metrics()[-1].learning_rate == 0.01
    assert more.folder.metrics()[-1].epoch == 5
    assert Run(run.path).folder.record.has_own_arguments
    assert more.objective.beta(None) == 4.0 if callable(more.objective.beta) else more.objective.beta == 4.0


def test_losses_of_another_objective_do_not_keep_old_weights(run, digits):
    best_before = min(epoch.validation["loss"] for epoch in run.folder.metrics())
    more = tasks.resume(run.path, digits, epochs=5, beta=50.0, warmup_steps=1)
    first, *_ = [epoch for epoch in more.folder.metrics() if epoch.step > 12]
    assert first.best
    if min(epoch.validation["loss"] for epoch in more.folder.metrics()[3:]) > best_before:
        kept = more.model.state_dict()
        assert any(not torch.equal(kept[name], value) for name, value in run.model.state_dict().items())


def test_another_size_of_batches_counts_epochs_rightly(run, digits):
    recorder = Recorder()
    more = tasks.resume(run.path, digits, epochs=6, batch_size=100, reporter=recorder)
    made = [(epoch.step, epoch.epoch) for epoch in more.folder.metrics()]
    assert made == [(4, 1), (8, 2), (12, 3), (14, 4), (16, 5), (18, 6)]
    assert "changed from step 12 on: batch_size 50 → 100" in recorder.of("note")
    with pytest.raises(Exception, match=r"after 18 steps \(6 epochs\)"):
        tasks.resume(run.path, digits, epochs=6)
    again = tasks.resume(run.path, digits, epochs=7)
    assert again.folder.metrics()[-1].step == 20


def test_without_a_change_nothing_is_said_or_kept(run, digits):
    recorder = Recorder()
    tasks.resume(run.path, digits, epochs=4, beta=1.0, batch_size=50, reporter=recorder)
    assert not [note for note in recorder.of("note") if note.startswith("changed")]
    assert json.loads((run.path / "run.json").read_text())["changes"] == []


def test_what_the_weights_depend_on_is_refused_and_nothing_is_written(run, digits):
    before = (run.path / "run.json").read_bytes()
    with pytest.raises(ArgumentError, match=r"--hidden gives another model .* with --init-from"):
        tasks.resume(run.path, digits, epochs=5, hidden=9)
    with pytest.raises(ArgumentError, match="--optimizer cannot change at a resume"):
        tasks.resume(run.path, digits, epochs=5, optimizer="sgd")
    with pytest.raises(ArgumentError):
        tasks.resume(run.path, digits, epochs=5, beta=-1.0)
    assert (run.path / "run.json").read_bytes() == before


def test_a_verdict_does_not_compare_losses_of_two_objectives(run, digits):
    more = tasks.resume(run.path, digits, epochs=15, beta=20.0)
    assert more.verdict.evidence.rising_since is None


def test_config_trains_with_the_settings_of_another_run(run, digits, tmp_path):
    recorder = Recorder()
    other = tasks.train(digits, config=run.path / "run.json", learning_rate=0.02, out=tmp_path / "b", reporter=recorder)
    assert other.folder.record.recipe == "dense-vae"
    assert other.folder.record.arguments["hidden"] == 8
    settings = other.folder.settings
    assert (settings.batch_size, settings.epochs, settings.learning_rate) == (50, 3, 0.02)
    assert f"recipe and settings as in {run.path}" in recorder.of("note")
    same = tasks.train(digits, config=run.path, out=tmp_path / "c")
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, same.model.state_dict()[name]), "the same settings and seed give the same weights"
    with pytest.raises(ArgumentError, match="give one of them"):
        tasks.train(digits, config=run.path, init_from=run.path)


def test_fine_tuning_begins_with_the_weights_of_a_vae(run, digits, tmp_path):
    tuned = tasks.train(digits, init_from=run.path, steps=1, learning_rate=1e-9, out=tmp_path / "tuned")
    assert tuned.folder.record.recipe == "dense-vae"
    assert tuned.folder.record.arguments["hidden"] == 8
    for name, value in run.model.state_dict().items():
        torch.testing.assert_close(value, tuned.model.state_dict()[name], atol=1e-6, rtol=0)
