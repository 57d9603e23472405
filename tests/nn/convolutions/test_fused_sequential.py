"""Layers one after the other, some of them in one."""

import pytest
import torch
from torch import nn

from autoencode.kernels import library
from autoencode.nn import Conv, FusedSequential, PooledConv, TransposedConv, UpsampledConv


def layers() -> list[nn.Module]:
    return [
        Conv(3, 16),
        nn.ReLU(inplace=True),
        nn.Dropout2d(0.0),
        Conv(16, 32, 2),
        nn.ReLU(),
        TransposedConv(32, 16, 3, 2, 1, 1),
        nn.ReLU(inplace=True),
        PooledConv(16, 32),
        nn.ReLU(inplace=True),
        UpsampledConv(32, 16, (16, 16)),
        nn.ReLU(inplace=True),
        Conv(16, 16),
        nn.SiLU(),
        Conv(16, 16),
    ]


@pytest.mark.parametrize("own", [True, False])
def test_it_is_what_sequential_is(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = FusedSequential(*layers())
    x = torch.randn(8, 3, 16, 16)
    plain = nn.Sequential(*chain).double()
    expected = plain(x.double())
    wanted = torch.autograd.grad(expected.square().sum(), plain.parameters())
    chain.float()
    monkeypatch.setattr(library, "_enabled", own)
    found = chain(x)
    gradients = torch.autograd.grad(found.square().sum(), chain.parameters())
    for a, b in zip((found, *gradients), (expected, *wanted), strict=True):
        assert (a.double() - b).norm() <= 2e-5 * b.norm()
    assert list(chain.state_dict()) == list(plain.state_dict())


def test_hooks_of_a_relu_are_called() -> None:
    chain, heard = FusedSequential(*layers()), list[torch.Tensor]()
    chain[1].register_forward_hook(lambda _, __, out: heard.append(out))
    chain(torch.randn(8, 3, 16, 16))
    assert len(heard) == 1
    assert heard[0].min() == 0


def test_hooks_of_a_convolution_see_what_is_below_zero() -> None:
    chain, heard = FusedSequential(*layers()), list[torch.Tensor]()
    chain[0].register_forward_hook(lambda _, __, out: heard.append(out.clone()))
    chain(torch.randn(8, 3, 16, 16))
    assert heard[0].min() < 0


@pytest.mark.parametrize("own", [True, False])
def test_a_narrow_transposed_convolution_without_a_frame(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_enabled", own)
    chain = FusedSequential(TransposedConv(64, 8, 2, 2, bias=False), nn.ReLU(inplace=True))
    x = torch.randn(4, 64, 8, 8, requires_grad=True)
    chain(x).sum().backward()
    (expected,) = torch.autograd.grad(nn.Sequential(nn.ConvTranspose2d(64, 8, 2, 2, bias=False), nn.ReLU())(x).sum(), x)
    assert x.grad is not None
    assert x.grad.shape == expected.shape


def test_a_relu_alone_at_the_start_and_an_empty_chain() -> None:
    assert torch.equal(FusedSequential(nn.ReLU())(torch.tensor([-1.0, 2.0])), torch.tensor([0.0, 2.0]))
    assert torch.equal(FusedSequential()(torch.ones(2)), torch.ones(2))
