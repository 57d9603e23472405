"""NumPy in, NumPy out."""

import numpy as np
import pytest

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.sampling import sample_examples
from support.reporters import Recorder


def test_generate_gives_what_the_task_gives(digits_run):
    drawn = digits_run.generate(3, seed=5)
    assert drawn.shape == (3, 1, 8, 8)
    np.testing.assert_array_equal(drawn, sample_examples(digits_run, 3, 5).numpy())
    assert not np.array_equal(drawn, digits_run.generate(3, seed=6))
    with pytest.raises(ArgumentError):
        digits_run.generate(0)


def test_a_plain_autoencoder_says_what_it_needs(plain_run):
    with pytest.raises(CapabilityError, match="fit one"):
        plain_run.generate(2)


def test_nearest_finds_training_examples_by_their_codes(digits_run):
    x = digits_run.data.train.inputs(slice(10, 14)).numpy()
    near = digits_run.nearest(x, 3)
    assert near.indices.shape == near.distances.shape == (4, 3)
    assert near.examples.shape == (4, 3, 1, 8, 8)
    np.testing.assert_allclose(near.distances[:, 0], 0, atol=1e-5)
    codes, own = digits_run.encode(digits_run.data.train.inputs()), digits_run.encode(x)
    expected = np.linalg.norm(own[:, None] - codes, axis=2)
    np.testing.assert_allclose(near.distances, np.sort(expected, axis=1)[:, :3], atol=1e-5)
    np.testing.assert_array_equal(near.examples[1, 2], digits_run.data.train.inputs()[near.indices[1, 2]])
    with pytest.raises(ArgumentError):
        digits_run.nearest(x, 0)


def test_vectors_come_back_in_the_units_of_the_data(tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 4)) * [1, 10, 100, 3] + 7
    np.save(tmp_path / "x.npy", x)
    run = tasks.train(tmp_path / "x.npy", out=tmp_path / "run", steps=1)
    near = run.nearest(x, 1)
    assert np.abs(near.examples[:, 0, 2]).max() > 50
    assert run.generate(2).shape == (2, 4)


def test_what_takes_long_is_reported(digits_run, monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr("autoencode.runs.run.resolve_reporter", lambda reporter: recorder)
    digits_run.encode(digits_run.data.test.inputs())
    assert recorder.calls[0] == ("start", "encoding", 180, "examples", 0)
    assert recorder.calls[-1] == ("finish", "encoding")
