import numpy as np
import pytest

from autoencode.evaluation import classifier_cache as classifier
from autoencode.tasks import train


@pytest.fixture(scope="module")
def vector_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    np.save(folder / "x.npy", np.random.default_rng(0).random((200, 5)))
    return train(folder / "x.npy", out=folder / "run", steps=3, likelihood="normal", command="test")


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "plain"
    return train("digits", "conv-ae", out=out, steps=3, limit=300, command="test")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    """The classifiers of this file are not kept in anybody's cache folder."""
    monkeypatch.setattr(classifier, "cache_folder", lambda name: tmp_path / name)


def test_a_map(run, vector_run, tmp_path):
    code, out, err = run("map", vector_run.path, "-o", "m.html", "--limit", "10")
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
def test_wrong_maps(run, vector_run, words, code, said):
    found, _, err = run("map", vector_run.path, *words)
    assert (found, said in err) == (code, True), err


def test_the_measures_of_vectors(run, vector_run):
    code, out, err = run("latent-space", vector_run.path, "-n", "20", "--pairs", "5")
    assert code == 0, err
    assert "decoder sensitivity at codes, step 0.1, median" in out
    assert "path length / distance" in out
    assert "need labels, which these data do not have" in out


def test_the_measures_of_pictures(run, plain_run):
    code, out, err = run("latent-space", plain_run.path, "-n", "40", "--pairs", "5")
    assert code == 0, err
    assert "fit-prior" in out
    assert "% on the test split" in out
