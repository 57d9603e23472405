import pytest
import torch
from torch import Tensor, nn

from autoencode.nn import FiniteReceptiveField, ResidualCode, ResidualCodeDecoder, UNet

pytestmark = pytest.mark.usefixtures("double")


def shaken(network: nn.Module) -> nn.Module:
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(0.3 * torch.randn_like(weight))
    return network


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (8, 8), (13, 21), (32, 16)])
@pytest.mark.parametrize("widths", [(4,), (4, 6), (4, 6, 5)])
def test_any_size_comes_back(size: tuple[int, int], widths: tuple[int, ...]) -> None:
    assert UNet(3, 2, widths)(torch.rand(2, 3, *size)).shape == (2, 2, *size)


def test_a_fresh_one_is_zero_and_every_weight_learns_once_it_is_not() -> None:
    network, x = UNet(1, 1, (4, 6)), torch.rand(2, 1, 12, 12)
    assert (network(x) == 0).all()
    shaken(network)(x).square().sum().backward()
    assert all((weight.grad != 0).any() for weight in network.parameters())


@pytest.mark.parametrize(("widths", "blocks"), [((3,), 1), ((3, 3), 1), ((3, 3, 3), 1), ((3, 3), 2)])
def test_nothing_further_than_the_halo_has_an_influence(widths: tuple[int, ...], blocks: int) -> None:
    network = shaken(UNet(1, 1, widths, blocks))
    for module in network.modules():
        if isinstance(module, nn.ReLU):
            module.forward = nn.functional.silu  # so that no gradient is lost to a zero
    side = 2 * network.halo + 3 * network.multiple
    x = torch.rand(1, 1, side, side, requires_grad=True)
    y, reach = network(x), 0
    for place in range(side // 2, side // 2 + network.multiple):
        (gradient,) = torch.autograd.grad(y[0, 0, place, place], x, retain_graph=True)
        seen = gradient[0, 0].nonzero()
        reach = max(reach, int((seen - place).abs().max()))
    assert reach <= network.halo
    assert reach > network.halo - 2 * network.multiple, "the halo is larger than it need be"


def test_a_part_of_a_picture_gives_what_the_whole_gives() -> None:
    network = shaken(UNet(1, 1, (3, 4)))
    side, halo = 4 * network.halo, network.halo
    x = torch.rand(1, 1, side, side)
    first = halo // network.multiple * network.multiple
    part = network(x[..., first:, first:])
    whole = network(x)[..., first:, first:]
    assert torch.allclose(part[..., halo:, halo:], whole[..., halo:, halo:], rtol=1e-9)


def test_detail_goes_round_the_smaller_maps() -> None:
    network = shaken(UNet(1, 1, (3, 4)))
    for layer in network.larger:
        nn.init.zeros_(layer.weight)
    one, other = network(torch.rand(1, 1, 8, 8)), network(torch.rand(1, 1, 8, 8))
    assert not torch.allclose(one, other)


class Twice(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * x


def test_a_correction_is_added() -> None:
    x = torch.rand(2, 3, 5, 4)
    z = ResidualCode(Twice())(x)
    assert torch.equal(z, torch.cat([x, 2 * x], 1))
    assert torch.allclose(ResidualCodeDecoder()(z), 3 * x)


def test_a_correction_is_as_local_as_its_network() -> None:
    network = UNet(1, 1, (4, 6))
    wrapped = ResidualCode(network)
    assert isinstance(wrapped, FiniteReceptiveField)
    assert (wrapped.halo, wrapped.multiple) == (network.halo, 4)
    assert not isinstance(ResidualCode(Twice()), FiniteReceptiveField)
