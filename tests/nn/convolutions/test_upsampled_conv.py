"""Upsampling and a convolution in one."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autoencode.nn import UpsampledConv


def in_two_steps(layer: UpsampledConv, x: Tensor) -> Tensor:
    return F.conv2d(F.interpolate(x, size=layer.size, mode="nearest"), layer.weight, layer.bias, padding=1)


def layer_and_input(size: tuple[int, int]) -> tuple[UpsampledConv, Tensor]:
    torch.manual_seed(0)
    return UpsampledConv(3, 2, size).double(), torch.randn(4, 3, 5, 7, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("size", [(10, 14), (9, 13), (10, 13), (5, 7), (20, 28)])
def test_it_is_an_upsampling_and_a_convolution(size: tuple[int, int]) -> None:
    layer, x = layer_and_input(size)
    assert layer(x).shape == (4, 2, *size)
    torch.testing.assert_close(layer(x), in_two_steps(layer, x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [(10, 14), (9, 13)])
def test_gradients_are_the_same(size: tuple[int, int]) -> None:
    layer, x = layer_and_input(size)
    weights = torch.randn(4, 2, *size, dtype=torch.float64)
    parts = [x, *layer.parameters()]
    ours = torch.autograd.grad((layer(x) * weights).sum(), parts)
    theirs = torch.autograd.grad((in_two_steps(layer, x) * weights).sum(), parts)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-10)


def test_a_doubled_picture_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = layer_and_input((10, 14))
    monkeypatch.setattr(F, "interpolate", None)
    assert layer(x).shape == (4, 2, 10, 14)


def test_channels_last_stays_channels_last() -> None:
    layer, x = layer_and_input((10, 14))
    layer = layer.float().to(memory_format=torch.channels_last)
    assert layer(x.detach().float().to(memory_format=torch.channels_last)).is_contiguous(
        memory_format=torch.channels_last
    )


def test_it_says_what_it_is() -> None:
    assert repr(UpsampledConv(3, 2, (10, 14))) == "UpsampledConv(3, 2, size=(10, 14))"
