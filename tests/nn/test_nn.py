import pytest
import torch
from torch import Tensor, nn

from autoencode.errors import ArgumentError
from autoencode.nn import (
    Conditional,
    Linear,
    ResidualBlock,
    call_with_context,
    dense_stack,
    sizes_after,
    strided_size,
)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 28), (33, 21)])
def test_sizes_are_those_of_a_convolution(size: tuple[int, int], stride: int) -> None:
    out = nn.Conv2d(1, 1, 3, stride, padding=1)(torch.zeros(1, 1, *size))
    assert strided_size(size, stride) == tuple(out.shape[2:])


def test_sizes_on_the_way_down() -> None:
    assert sizes_after((33, 21), [2, 1, 2]) == [(33, 21), (17, 11), (17, 11), (9, 6)]
    assert sizes_after((5, 5), []) == [(5, 5)]


def test_a_dense_stack_ends_in_an_activation() -> None:
    stack = dense_stack([4, 8, 3], nn.Tanh)
    assert [type(layer) for layer in stack] == [Linear, nn.Tanh, Linear, nn.Tanh]
    assert stack(torch.zeros(5, 4)).shape == (5, 3)


@pytest.mark.parametrize("channels", [1, 3, 8, 12])
def test_a_fresh_residual_block_is_the_identity(channels: int) -> None:
    x = torch.randn(2, channels, 5, 7)
    block = ResidualBlock(channels)
    assert torch.equal(block(x), x)
    nn.init.normal_(block.layers[-1].weight)
    assert not torch.equal(block(x), x)


class Adds(Conditional):
    def forward(self, *args: Tensor) -> Tensor:
        x, context = args
        return x + context


def test_a_conditional_part_is_given_the_context() -> None:
    assert torch.equal(call_with_context(Adds(), torch.ones(2), context=torch.ones(2)), torch.full((2,), 2.0))


def test_a_conditional_part_without_context_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="Adds is conditional: give the context"):
        call_with_context(Adds(), torch.ones(2), context=None)


def test_other_parts_never_see_the_context() -> None:
    assert torch.equal(call_with_context(nn.Identity(), torch.ones(2), context=torch.zeros(2)), torch.ones(2))
