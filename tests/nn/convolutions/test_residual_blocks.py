"""Residual blocks, also where nothing is left to normalise over."""

import pytest
import torch
from torch import nn

from autoencode.nn.convolutions.residual_blocks import ResidualBlock


def trained(channels: int) -> ResidualBlock:
    """A block that is no identity, as its last convolution is after some steps."""
    block = ResidualBlock(channels)
    for parameter in block.parameters():
        nn.init.normal_(parameter, std=0.5)
    return block


@pytest.mark.parametrize("channels", [1, 2, 8, 12, 16])
@pytest.mark.parametrize("side", [1, 2])
def test_one_example_gives_what_it_gives_among_others(channels: int, side: int) -> None:
    block, x = trained(channels), torch.randn(3, channels, side, side)
    alone = torch.cat([block(one[None]) for one in x])
    torch.testing.assert_close(alone, block(x))


def test_one_pixel_still_depends_on_the_input() -> None:
    """In groups of a single value each, every input would become zero."""
    block, x = trained(8), torch.randn(2, 8, 1, 1)
    changes = block(x) - x
    assert not torch.allclose(changes[0], changes[1])


@pytest.mark.parametrize(("channels", "side"), [(8, 2), (16, 1), (32, 4)])
def test_larger_groups_are_pytorchs(channels: int, side: int) -> None:
    block, x = trained(channels), torch.randn(2, channels, side, side)
    normalise = block.layers[0]
    assert isinstance(normalise, nn.GroupNorm)
    expected = nn.functional.group_norm(x, 8, normalise.weight, normalise.bias)
    assert torch.equal(normalise(x), expected)
