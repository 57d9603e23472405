"""A convolution and a maximum, the bias behind both."""

import pytest
import torch
import torch.nn.functional as F

from autoencode.nn import PooledConv


@pytest.mark.parametrize("size", [(6, 8), (5, 8), (7, 7), (1, 1)])
def test_it_is_a_convolution_and_then_a_maximum(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    layer = PooledConv(2, 3).double()
    x = torch.randn(4, 2, *size, dtype=torch.float64, requires_grad=True)
    theirs = F.max_pool2d(F.conv2d(x, layer.weight, layer.bias, padding=1), 2, ceil_mode=True)
    torch.testing.assert_close(layer(x), theirs, rtol=1e-12, atol=1e-12)
    assert layer(x).shape == (4, 3, -(-size[0] // 2), -(-size[1] // 2))
    weights = torch.randn_like(theirs)
    parts = [x, *layer.parameters()]
    for mine, other in zip(
        torch.autograd.grad((layer(x).relu_() * weights).sum(), parts),
        torch.autograd.grad((F.relu(theirs) * weights).sum(), parts),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-10)
