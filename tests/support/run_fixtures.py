import shutil
from pathlib import Path

import matplotlib
import pytest

from autoencode.runs.run import Run
from autoencode.tasks import train

matplotlib.use("agg")


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory) -> Run:
    """A VAE trained for a moment on the digits."""
    return train("digits", "dense-vae", out=tmp_path_factory.mktemp("runs") / "digits", epochs=3, command="test")


@pytest.fixture(scope="session")
def plain_run(tmp_path_factory) -> Run:
    """A plain autoencoder trained for a moment on the digits."""
    return train("digits", "conv-ae", out=tmp_path_factory.mktemp("runs") / "plain", epochs=1, command="test")


@pytest.fixture
def run(digits_run: Run, tmp_path: Path) -> Run:
    """The VAE, in a folder of the test's own."""
    return _copied(digits_run, tmp_path / "run")


@pytest.fixture
def plain(plain_run: Run, tmp_path: Path) -> Run:
    """The plain autoencoder, in a folder of the test's own."""
    return _copied(plain_run, tmp_path / "plain")


def _copied(run: Run, folder: Path) -> Run:
    shutil.copytree(run.path, folder)
    return Run(folder)


@pytest.fixture(scope="session")
def vector_run(tmp_path_factory) -> Run:
    """A VAE of vectors, trained for a moment."""
    import numpy as np

    folder = tmp_path_factory.mktemp("vectors")
    np.save(folder / "x.npy", np.random.default_rng(0).random((200, 5)))
    return train(folder / "x.npy", out=folder / "run", epochs=2, likelihood="normal", command="test")


def _restoring(tmp_path_factory, recipe: str, *data_shape: int, **options) -> Run:
    """A model of small pictures, trained for a moment."""
    import torch

    from autoencode.data import load

    data = load(torch.rand(40, *data_shape))
    name = f"support.restorers:{recipe}"
    return train(data, name, out=tmp_path_factory.mktemp("runs") / recipe, steps=20, command="test", **options)


@pytest.fixture(scope="session")
def local_run(tmp_path_factory) -> Run:
    """A fully convolutional model of colour pictures that says how far it looks."""
    return _restoring(tmp_path_factory, "local_ae", 3, 16, 20)


@pytest.fixture(scope="session")
def grey_run(tmp_path_factory) -> Run:
    """The same of grey ones."""
    return _restoring(tmp_path_factory, "local_ae", 1, 16, 20)


@pytest.fixture(scope="session")
def silent_run(tmp_path_factory) -> Run:
    """A fully convolutional model that does not say how far it looks."""
    return _restoring(tmp_path_factory, "local_ae", 3, 16, 20, declared=False)


@pytest.fixture(scope="session")
def bottleneck_run(tmp_path_factory) -> Run:
    """A model of colour pictures of 12 x 10 pixels and no others."""
    return _restoring(tmp_path_factory, "bottleneck_ae", 3, 12, 10)


def little_sentences() -> list[str]:
    """Sentences made by rule, 240 of them."""
    who, how = ("the cat", "a dog", "my bird", "the old man"), ("sees", "likes", "has", "finds", "wants")
    what, where = ("a ball", "the house", "some bread", "my book"), ("", " here", " today")
    return [f"{w} {h} {x}{y}." for w in who for h in how for x in what for y in where]


@pytest.fixture(scope="session")
def text_run(tmp_path_factory) -> Run:
    """A VAE of sentences, trained for a moment."""
    folder = tmp_path_factory.mktemp("text")
    (folder / "sentences.txt").write_text("\n".join(little_sentences()) + "\n")
    small = {"latent_dim": 4, "embedding": 16, "hidden": 32, "dropout": 0.0, "free_bits": 0.5, "warmup_steps": 20}
    return train(
        folder / "sentences.txt", out=folder / "run", steps=150, batch_size=32, learning_rate=1e-2, command="t", **small
    )
