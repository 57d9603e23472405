"""A convolution, arranged for processors."""

import pytest
import torch
from torch import nn

from autoencode.nn import Conv


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(("n", "ci", "co"), [(2, 3, 5), (16, 16, 32), (16, 1, 16), (16, 16, 3)])
def test_it_is_pytorchs_convolution(n: int, ci: int, co: int, stride: int, relu: bool) -> None:
    conv, plain = Conv(ci, co, stride), nn.Conv2d(ci, co, 3, stride, padding=1).double()
    plain.load_state_dict(conv.state_dict())
    x = torch.randn(n, ci, 13, 12)
    expected = plain(x.double())
    assert torch.allclose(conv(x, relu=relu).double(), expected.relu() if relu else expected, atol=1e-4)


def test_it_starts_with_the_weights_of_pytorchs() -> None:
    torch.manual_seed(3)
    own = Conv(4, 8)
    torch.manual_seed(3)
    assert torch.equal(own.weight, nn.Conv2d(4, 8, 3, padding=1).weight)
