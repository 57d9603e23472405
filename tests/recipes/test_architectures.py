"""The networks are those of the docstrings, counted by hand."""

import pytest
import torch
from torch import nn

from autoencode.likelihoods import FixedScale
from autoencode.nn import Linear
from autoencode.objectives import Reconstruction
from autoencode.recipes import conv_ae, conv_vae, dense_vae, document_denoise, fashion_denoise, fashion_vae

MNIST = (1, 28, 28)


def size(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def layers(network: nn.Module) -> list[str]:
    """Every layer with its output's shape for one example."""
    seen: list[str] = []

    def note(layer: nn.Module, _: object, out: torch.Tensor) -> None:
        seen.append(f"{type(layer).__name__} {'x'.join(map(str, out.shape[1:]))}")

    for layer in network.modules():
        if not list(layer.children()):
            layer.register_forward_hook(note)
    return seen


def test_dense_vae_is_784_256_4_and_2_256_784() -> None:
    model, _ = dense_vae(MNIST)
    encoder, head = 784 * 256 + 256, 256 * (2 + 2) + (2 + 2)
    decoder = 2 * 256 + 256 + 256 * 784 + 784
    assert size(model) == encoder + head + decoder == 404_244
    assert [type(layer) for layer in model.encoder.layers] == [Linear, nn.ReLU]


def test_fashion_vae_is_the_tutorials() -> None:
    model, _ = fashion_vae(MNIST)
    encoder, decoder = layers(model.encoder), layers(model.decoder)
    model.decode(model.encode(torch.rand(1, *MNIST)).mean)
    assert encoder == [
        *("Conv 32x28x28", "ReLU 32x28x28", "Conv 64x14x14", "ReLU 64x14x14"),
        *("Conv 64x14x14", "ReLU 64x14x14", "Conv 64x14x14", "ReLU 64x14x14"),
        *("Linear 32", "ReLU 32"),
    ]
    assert decoder == [
        *("Linear 12544", "ReLU 12544", "TransposedConv 32x28x28", "ReLU 32x28x28", "FewOutputsConv 1x28x28"),
    ]
    strides = [layer.stride[0] for layer in model.encoder.convolutions if isinstance(layer, nn.Conv2d)]
    assert strides == [1, 2, 1, 1]
    convolutions = (9 * 1 + 1) * 32 + (9 * 32 * 64 + 64) + 2 * (9 * 64 * 64 + 64)
    encoder_size = convolutions + 64 * 14 * 14 * 32 + 32 + 32 * 4 + 4
    decoder_size = 2 * 12544 + 12544 + 64 * 9 * 32 + 32 + 9 * 32 + 1
    assert size(model) == encoder_size + decoder_size


def test_fashion_vae_weighs_the_kl_as_the_tutorial_did() -> None:
    objective = fashion_vae(MNIST)[1]
    assert objective.beta(None) == 0.39
    assert objective.beta(None) == pytest.approx(5e-4 * 784, rel=0.01)


def test_conv_ae_is_a_bottleneck_of_8_with_dropout_and_squared_error() -> None:
    model, objective = conv_ae(MNIST)
    assert model.latent_shape == (8,)
    assert model.prior is None
    assert isinstance(objective, Reconstruction)
    assert isinstance(model.likelihood.scale, FixedScale)
    assert model.likelihood.scale() == 1
    dropouts = [layer.p for layer in model.modules() if isinstance(layer, nn.Dropout2d)]
    assert dropouts == [0.05] * 4
    slopes = {layer.negative_slope for layer in model.modules() if isinstance(layer, nn.LeakyReLU)}
    assert slopes == {0.2}
    encoder = (9 + 1) * 16 + (9 * 16 + 1) * 32 + (32 * 7 * 7 + 1) * 128 + (128 + 1) * 8
    decoder = (8 + 1) * 128 + (128 + 1) * 32 * 7 * 7 + 32 * 9 * 16 + 16 + 16 * 9 * 16 + 16 + 16 * 9 + 1
    assert size(model) == encoder + decoder


def test_conv_ae_scale_is_the_likelihoods() -> None:
    assert conv_ae(MNIST, scale=0.25)[0].likelihood.scale() == 0.25


def test_conv_vae_halves_the_picture_at_each_level() -> None:
    model, objective = conv_vae(MNIST)
    assert model.latent_shape == (32,)
    assert (objective.beta(0), objective.beta(None), objective.free_bits) == (0.0, 1.0, 0.0)
    seen = layers(model.encoder)
    model.encode(torch.rand(1, *MNIST))
    assert [name for name in seen if name.startswith("Conv")][::3] == [
        "Conv 32x14x14",
        "Conv 64x7x7",
        "Conv 128x4x4",
    ]
    assert seen[-2:] == ["Linear 256", "SiLU 256"]


def test_free_bits_reach_the_objective() -> None:
    assert conv_vae(MNIST, free_bits=0.25)[1].free_bits == 0.25


def test_the_tutorials_denoiser_is_64_32_16_and_back() -> None:
    model, _ = fashion_denoise(MNIST)
    encoder = sum(9 * a * b + b for a, b in ((1, 64), (64, 32), (32, 16)))
    decoder = sum(9 * a * b + b for a, b in ((16, 16), (16, 32), (32, 64), (64, 1)))
    assert size(model) == encoder + decoder == 49_761


def test_the_tutorials_document_denoiser_is_64_64_and_one_pooling() -> None:
    model, _ = document_denoise((1, 258, 540))
    assert size(model) == sum(9 * a * b + b for a, b in ((1, 64), (64, 64), (64, 1))) == 38_145
    assert model.latent_shape == (64, 129, 270)


@pytest.mark.usefixtures("double")
def test_a_page_through_it_changes_within_five_pixels_of_a_change() -> None:
    model, page = document_denoise((1, 24, 24))[0], torch.rand(1, 1, 24, 24)
    for place in (11, 12):
        other = page.clone()
        other[..., place, place] += 1
        rows = torch.where((restored(model, other) != restored(model, page)).any(-1).flatten())[0]
        assert rows.min() >= place - model.encoder.halo
        assert rows.max() <= place + model.encoder.halo


def restored(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return model.decode(model.encode(x).mean).mean


def test_the_tutorials_denoiser_starts_with_the_weights_of_glorot_and_bengio() -> None:
    torch.manual_seed(0)
    model, _ = fashion_denoise(MNIST)
    for layer in filter(lambda layer: isinstance(layer, nn.Conv2d), model.modules()):
        largest = (6 / (9 * (layer.in_channels + layer.out_channels))) ** 0.5
        assert 0.97 * largest < layer.weight.abs().max() <= largest
        assert (layer.bias == 0).all()
