"""A trained model at other sizes than those that it was trained at."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from autoencode.errors import CapabilityError


def test_a_fully_convolutional_model_has_its_weights_at_any_size(local_run) -> None:
    assert local_run.accepts_any_size
    model = local_run.model_for_size((34, 26))
    assert model.data_shape == (3, 34, 26)
    assert not model.training
    own = local_run.model.state_dict()
    assert all(torch.equal(value, own[name]) for name, value in model.state_dict().items())
    x = torch.rand(2, 3, 34, 26)
    inner = model.decode(model.encode(x).mean).mean[:, :, 6:14, 6:14]
    crop = x[:, :, :16, :20]  # the model's own size, which looks 3 pixels far
    assert torch.allclose(
        inner, local_run.model.decode(local_run.model.encode(crop).mean).mean[:, :, 6:14, 6:14], atol=1e-5
    )


def test_the_last_size_is_kept_and_the_own_one_is_the_model_itself(local_run) -> None:
    assert local_run.model_for_size((16, 20)) is local_run.model
    first = local_run.model_for_size((40, 40))
    assert local_run.model_for_size((40, 40)) is first
    local_run.model_for_size((16, 20))
    assert local_run.model_for_size((40, 40)) is first
    local_run.model_for_size((42, 40))
    assert local_run.model_for_size((40, 40)) is not first


def test_building_at_another_size_leaves_the_noise_as_it_was(local_run) -> None:
    before = torch.get_rng_state()
    local_run.model_for_size((8, 44))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_weights_of_a_bottleneck_fit_one_size(bottleneck_run, monkeypatch) -> None:
    assert not bottleneck_run.accepts_any_size
    assert bottleneck_run.model_for_size((12, 10)) is bottleneck_run.model
    monkeypatch.setattr(
        bottleneck_run, "_build", lambda shape: pytest.fail("built a model that may not fit into memory")
    )
    with pytest.raises(
        CapabilityError, match=r"the weights of .* fit .* pictures of 12x10 only, not 4000x3000: train a fully"
    ):
        bottleneck_run.model_for_size((4000, 3000))


def test_a_model_of_vectors_has_no_size(vector_run) -> None:
    assert not vector_run.accepts_any_size
    with pytest.raises(CapabilityError, match=r"fit vectors of .* numbers only"):
        vector_run.model_for_size((8, 8))


def test_arrays_in_and_arrays_out(run) -> None:
    x = run.data.test.inputs(slice(0, 5))
    codes, back = run.encode(x.numpy()), run.reconstruct(x.numpy())
    assert isinstance(codes, np.ndarray)
    assert codes.shape == (5, *run.model.latent_shape)
    assert np.allclose(codes, run.model.encode(x).mean.detach().numpy(), atol=1e-6)
    assert back.shape == tuple(x.shape)
    assert np.allclose(back, run.decode(codes).numpy(), atol=1e-6)


def test_bytes_and_grey_pictures_without_channels(run) -> None:
    levels = (run.data.test.inputs(slice(0, 3)) * 255).round().to(torch.uint8)
    codes = run.encode(levels.numpy())
    assert np.allclose(codes, run.encode(levels.numpy() / 255.0), atol=1e-6)
    assert np.allclose(codes, run.encode(levels[:, 0].numpy()), atol=1e-6)


def test_an_array_given_to_the_network_itself_is_an_error_with_the_way_out() -> None:
    code = (
        "import numpy, autoencode\n"
        "model, _ = autoencode.recipes['dense-vae']((5,))\n"
        "try: model.encode(numpy.zeros((2, 5)))\n"
        "except autoencode.AutoencodeError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # no shape checks
    assert "floating-point tensor, not ndarray" in done.stdout
    assert "Run.encode" in done.stdout
