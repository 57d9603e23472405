"""A model as a codec of arrays."""

import numpy as np
import pytest
import torch

from autoencode import tasks
from autoencode.compression.codec import Codec
from autoencode.errors import CapabilityError, DataError, ShapeError
from autoencode.recipes import recipes
from autoencode.runtime.seeding import seeded_rng


def model_of(seed=0, likelihood="discretized-logistic"):
    with seeded_rng(seed):
        model, _ = recipes["dense-vae"]((1, 6, 5), latent_dim=3, hidden=8, likelihood=likelihood)
    return model


def pictures(n=7, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 1, 6, 5)).astype(np.uint8)


@pytest.mark.parametrize("n", [1, 7, 60])
def test_bytes_come_back(n):
    x = pictures(n)
    codec = Codec(model_of())
    assert np.array_equal(codec.decode(codec.encode(x)), x)


def test_many_blocks_come_back(monkeypatch):
    monkeypatch.setattr("autoencode.compression.codec.BLOCK_VALUES", 60)
    monkeypatch.setattr("autoencode.compression.codec.TOGETHER", 3)
    codec, x = Codec(model_of()), pictures(17)
    assert np.array_equal(codec.decode(codec.encode(x)), x)


def test_numbers_from_0_to_1_are_the_same_as_bytes():
    codec, x = Codec(model_of()), pictures()
    assert codec.encode(torch.from_numpy(x).float() / 255) == codec.encode(x)


def test_black_and_white():
    codec, x = Codec(model_of(likelihood="bernoulli")), 255 * (pictures() > 100).astype(np.uint8)
    assert np.array_equal(codec.decode(codec.encode(x)), x)
    assert np.array_equal(codec.decode(codec.encode(x / 255)), x)


def test_decompress_reads_it_as_a_file(tmp_path):
    run = tasks.train(
        "digits", "dense-vae", out=tmp_path / "run", steps=1, likelihood="discretized-logistic", compile="never"
    )
    x = np.random.default_rng(0).integers(0, 256, (3, *run.model.data_shape)).astype(np.uint8)
    (tmp_path / "x.aec").write_bytes(Codec(run.model).encode(x))
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", run)
    assert np.array_equal(np.load(tmp_path / "back" / "examples.npy").reshape(x.shape), x)


@pytest.mark.parametrize("x", [np.zeros((2, 6, 5)), np.zeros((0, 1, 6, 5)), np.zeros((2, 1, 5, 6))])
def test_examples_of_another_shape_are_refused(x):
    with pytest.raises(ShapeError, match=r"the model compresses examples \(n, 1, 6, 5\)"):
        Codec(model_of()).encode(x)


@pytest.mark.parametrize("x", [np.full((1, 1, 6, 5), value) for value in (0.3, 1.5, -0.1, np.nan)])
def test_values_between_the_levels_are_refused(x):
    with pytest.raises(CapabilityError, match="values between the 256 levels"):
        Codec(model_of()).encode(x)


def test_another_model_is_refused():
    with pytest.raises(DataError, match="another model"):
        Codec(model_of(1)).decode(Codec(model_of(0)).encode(pictures()))


def test_damaged_bytes_are_refused():
    codec = Codec(model_of())
    content = bytearray(codec.encode(pictures()))
    for place in range(0, len(content), 7):
        content[place] ^= 1
        with pytest.raises(DataError):
            codec.decode(bytes(content))
        content[place] ^= 1


def test_a_model_without_a_mass_is_refused():
    with pytest.raises(CapabilityError, match="discretized-logistic"):
        Codec(model_of(likelihood="normal"))
