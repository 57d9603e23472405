"""Convolutions in a real browser against PyTorch's."""

import pytest
import torch
from torch import nn

from support.kernels import compare, grid

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("plain", [False, True], ids=["wasm", "plain"])

CONVOLUTIONS = {
    "conv": nn.Conv2d(4, 6, 3, padding=1),
    "no bias": nn.Conv2d(4, 6, 3, padding=1, bias=False),
    "even kernel": nn.Conv2d(4, 5, 2),
    "wide stride": nn.Conv2d(4, 3, 3, stride=2, padding=1),
    "uneven": nn.Conv2d(4, 3, (1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2)),
    "groups": nn.Conv2d(4, 8, 3, padding=1, groups=2),
    "depthwise": nn.Conv2d(4, 4, 3, padding=1, groups=4),
    "transposed": nn.ConvTranspose2d(4, 5, 3, 2, 1, 1),
    "transposed, even kernel": nn.ConvTranspose2d(4, 5, 4, 2, 1),
    "transposed, uneven": nn.ConvTranspose2d(4, 5, (2, 3), (1, 3), (0, 1), (0, 2), dilation=(2, 1)),
    "transposed, groups": nn.ConvTranspose2d(4, 6, 3, 2, 1, groups=2),
    "transposed, nothing beyond": nn.ConvTranspose2d(4, 2, 1, 3, 0, 2),
}


@both
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(kernels, name, plain):
    compare(kernels, lambda z, _: CONVOLUTIONS[name](grid(z)), torch.randn(2, 48), plain=plain)
