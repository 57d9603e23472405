import matplotlib
import pytest

from autoencode.tasks import Run, train

matplotlib.use("agg")


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory) -> Run:
    """A VAE trained for a moment on the digits."""
    return train("digits", "dense-vae", out=tmp_path_factory.mktemp("runs") / "digits", epochs=3, command="test")


@pytest.fixture(scope="session")
def plain_run(tmp_path_factory) -> Run:
    """A plain autoencoder trained for a moment on the digits."""
    return train("digits", "conv-ae", out=tmp_path_factory.mktemp("runs") / "plain", epochs=1, command="test")


@pytest.fixture(scope="session")
def vector_run(tmp_path_factory) -> Run:
    """A VAE of vectors, trained for a moment."""
    import numpy as np

    folder = tmp_path_factory.mktemp("vectors")
    np.save(folder / "x.npy", np.random.default_rng(0).random((200, 5)))
    return train(folder / "x.npy", out=folder / "run", epochs=2, likelihood="normal", command="test")
