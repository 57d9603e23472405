import pytest
import torch

from autoencode.objectives import estimate_noise

pytestmark = pytest.mark.usefixtures("double")
RAMP = torch.linspace(0.1, 0.9, 64, dtype=torch.float64).expand(300, 2, 64, 64)


def test_of_normal_noise_it_is_its_deviation() -> None:
    found = estimate_noise(RAMP + 0.1 * torch.randn_like(RAMP))
    assert found.shape == RAMP.shape
    # Of the two middle values in a group of 256 the median is the lower one: half a percent too low on average.
    assert found.mean() == pytest.approx(0.1, rel=0.01)


def test_of_noise_of_light_it_grows_as_the_root_of_brightness() -> None:
    found = estimate_noise(torch.poisson(RAMP * 200) / 200).mean((0, 1, 2))
    wanted = (RAMP[0, 0, 0] / 200).sqrt()
    inside = slice(8, 56)  # beyond the middles of the darkest and the lightest group it is constant
    assert (found / wanted)[inside].sub(1).abs().max() < 0.07  # a root by three straight lines
    assert found[0] == pytest.approx(found[4])
    assert (found.diff() >= 0).all()


def test_each_picture_and_channel_has_its_own() -> None:
    noise = torch.tensor([[0.02, 0.05], [0.1, 0.2]])[:, :, None, None]
    found = estimate_noise(RAMP[:2] + noise * torch.randn_like(RAMP[:2])).mean((2, 3), keepdim=True)
    assert (found / noise).sub(1).abs().max() < 0.15


def test_an_edge_is_no_noise_and_a_smooth_picture_has_none() -> None:
    step = torch.zeros(1, 1, 64, 64)
    step[..., 31:] = 1
    assert estimate_noise(RAMP[:1]).max() < 1e-12
    assert estimate_noise(step).max() < 1e-12
    found = estimate_noise(step.expand(300, -1, -1, -1) + 0.1 * torch.randn(300, 1, 64, 64)).mean((0, 1))
    assert found.sub(0.1).abs().max() < 0.005


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 5), (2, 2), (33, 21)])
def test_every_size(size: tuple[int, int]) -> None:
    found = estimate_noise(torch.rand(2, 3, *size))
    assert found.shape == (2, 3, *size)
    assert torch.isfinite(found).all()
    assert (found >= 0).all()
