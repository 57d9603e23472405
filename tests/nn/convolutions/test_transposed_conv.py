"""Transposed convolutions, and convolutions to few channels, beside PyTorch's."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autoencode.nn import FewOutputsConv, TransposedConv
from autoencode.nn.convolutions import transposed_conv as module

DEVICE, LAST = torch.device("cpu"), torch.channels_last


def gradients(out: Tensor, of: list[Tensor]) -> list[Tensor]:
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).view_as(out)
    return list(torch.autograd.grad((out.square() * weights).sum(), of))


@pytest.mark.parametrize(
    ("channels", "out", "stride", "more", "bias"),
    [(c, o, s, m, b) for c, o, (s, m), b in product((4, 40), (1, 3), ((1, 0), (2, 0), (2, 1), (3, 1)), (True, False))],
)
def test_transposed_convolutions_and_their_gradients(
    channels: int, out: int, stride: int, more: int, bias: bool
) -> None:
    torch.manual_seed(0)
    layer = TransposedConv(channels, out, 3, stride, 1, more, bias=bias).double()
    x = torch.randn(2, channels, 5, 4, dtype=torch.float64, requires_grad=True)
    theirs = F.conv_transpose2d(x, layer.weight, layer.bias, stride=stride, padding=1, output_padding=more)
    torch.testing.assert_close(layer(x), theirs, rtol=1e-10, atol=1e-10)
    for mine, other in zip(
        gradients(layer(x), [x, *layer.parameters()]), gradients(theirs, [x, *layer.parameters()]), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("channels", "out", "kernel"), [(9, 1, 3), (27, 3, 3), (8, 1, 3), (40, 1, 5), (30, 4, 3)])
def test_convolutions_to_few_channels_and_their_gradients(channels: int, out: int, kernel: int) -> None:
    torch.manual_seed(0)
    layer = FewOutputsConv(channels, out, kernel).double()
    x = torch.randn(2, channels, 7, 6, dtype=torch.float64, requires_grad=True)
    theirs = nn.Conv2d.forward(layer, x)
    torch.testing.assert_close(layer(x), theirs, rtol=1e-10, atol=1e-10)
    for mine, other in zip(
        gradients(layer(x), [x, *layer.parameters()]), gradients(theirs, [x, *layer.parameters()]), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-9)


def test_second_derivatives() -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 9, 3, 3, dtype=torch.float64, requires_grad=True)
    for layer in (FewOutputsConv(9, 1).double(), TransposedConv(9, 2, 3, 2, 1, 1).double()):
        assert torch.autograd.gradgradcheck(lambda t, layer=layer: layer(t).square(), (x,))


def test_few_channels_come_from_a_product_of_matrices_in_training_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    real = module.overlap_add
    monkeypatch.setattr(module, "overlap_add", lambda p, grid: calls.append(tuple(p.shape)) or real(p, grid))
    x, narrow, wide = torch.randn(2, 18, 4, 4), FewOutputsConv(18, 2), FewOutputsConv(18, 3)
    narrow(x), wide(x)
    assert calls == [(3, 3, 2, 2, 4, 4)]
    with torch.no_grad():
        plain = narrow(x)
    with torch.autocast("cpu", torch.bfloat16):
        assert narrow(x).dtype == torch.bfloat16
    assert len(calls) == 1
    torch.testing.assert_close(plain, narrow(x), rtol=1e-5, atol=1e-5)


def test_channels_last_stays_channels_last() -> None:
    x = torch.randn(2, 16, 5, 5).to(memory_format=LAST)
    layer = TransposedConv(16, 8, 3, 2, 1, 1).to(memory_format=LAST)
    assert layer(x).is_contiguous(memory_format=LAST)


def test_a_size_can_be_asked_for() -> None:
    layer, x = TransposedConv(3, 2, 3, 2, 1), torch.randn(1, 3, 4, 4)
    assert layer(x, output_size=[8, 8]).shape == (1, 2, 8, 8)
    assert layer(x).shape == (1, 2, 7, 7)
