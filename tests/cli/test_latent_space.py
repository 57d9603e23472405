import sys

import numpy as np
import pytest

from autoencode.cli import main
from autoencode.tasks import classifier, train


@pytest.fixture(scope="module")
def vector_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    np.save(folder / "x.npy", np.random.default_rng(0).random((200, 5)))
    return train(folder / "x.npy", out=folder / "run", steps=3, likelihood="normal", command="test")


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "plain"
    return train("digits", "conv-ae", out=out, steps=3, limit=300, command="test")


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(classifier, "cache", lambda name: tmp_path / name)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["autoencode", *map(str, words)])
        try:
            main.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_map(call, vector_run, tmp_path):
    code, out, err = call("map", vector_run.path, "-o", "m.html", "--limit", "10")
    assert code == 0, err
    assert "10 of 20 codes" in out
    assert "m.html" in out
    assert (tmp_path / "m.html").is_file()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-o", "m.gif"), 2, "ends in .html or .png"),
        (("--method", "tnse"), 2, "did you mean 'tsne'"),
        (("--limit", "2"), 2, "--limit takes 4"),
    ],
)
def test_wrong_maps(call, vector_run, words, code, said):
    found, _, err = call("map", vector_run.path, *words)
    assert (found, said in err) == (code, True), err


def test_the_measures_of_vectors(call, vector_run):
    code, out, err = call("latent-space", vector_run.path, "-n", "20", "--pairs", "5")
    assert code == 0, err
    assert "stretch at codes, step 0.1, median" in out
    assert "length of a path / distance" in out
    assert "without labels there is no classifier" in out


def test_the_measures_of_pictures(call, plain_run):
    code, out, err = call("latent-space", plain_run.path, "-n", "40", "--pairs", "5")
    assert code == 0, err
    assert "fit-prior" in out
    assert "% of the test part right" in out
