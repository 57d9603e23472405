import torch
from torch import nn

from autoencode.nn import (
    ChannelConditioned,
    Conditional,
    ConditionalResidualCode,
    FiniteReceptiveField,
    ResidualCode,
    ResidualCodeDecoder,
    UNet,
)


def test_a_picture_and_its_correction_add_up() -> None:
    x = torch.rand(2, 3, 8, 8)
    code = ResidualCode(nn.Conv2d(3, 3, 1))(x)
    assert torch.equal(code[:, :3], x)
    assert torch.equal(ResidualCodeDecoder()(code), code[:, :3] + code[:, 3:])


def test_the_network_sees_the_context_behind_the_picture() -> None:
    x, context = torch.rand(2, 1, 8, 8), torch.rand(2, 4, 8, 8)
    code = ConditionalResidualCode(network := nn.Conv2d(5, 1, 3, padding=1))(x, context)
    assert torch.equal(code[:, :1], x)
    assert torch.equal(code[:, 1:], network(torch.cat([x, context], 1)))


def test_it_wants_the_context_and_is_as_local_as_its_network() -> None:
    network = UNet(5, 1, (4, 8))
    for encoder in (ConditionalResidualCode(network), ChannelConditioned(network)):
        assert isinstance(encoder, Conditional)
        assert isinstance(encoder, FiniteReceptiveField)
        assert (encoder.halo, encoder.multiple) == (network.halo, network.multiple)
        assert not isinstance(type(encoder)(nn.Conv2d(5, 1, 1)), FiniteReceptiveField)
