import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from autoencode.corruptions import Blur
from autoencode.data.batch import Batch
from support.statistics import assert_uniform

pytestmark = pytest.mark.usefixtures("double")


def blurred(x: Tensor, amount: float | tuple[float, float]) -> Tensor:
    return Blur(amount)(Batch(x)).x


@pytest.mark.parametrize("width", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("shape", [(1, 31, 20), (3, 9, 7), (2, 1, 5)])
def test_it_agrees_with_scipy(width: float, shape: tuple[int, ...]) -> None:
    x = torch.rand(2, *shape)
    radius = int(np.ceil(3 * width))
    wanted = ndimage.gaussian_filter(x.numpy(), (0, 0, width, width), mode="nearest", radius=(0, 0, radius, radius))
    assert torch.allclose(blurred(x, (width, width)), torch.from_numpy(wanted), atol=1e-12)


def test_each_picture_has_its_own_width_up_to_the_amount() -> None:
    x = torch.zeros(1500, 1, 1, 41)
    x[..., 20] = 1
    spread = (blurred(x, 6.0) * (torch.arange(41) - 20.0) ** 2).sum((1, 2, 3))
    widths = spread.sqrt() / 6  # kernels are cut off, which takes a little of their width
    assert widths.max() < 1
    wide = (widths * 6)[widths * 6 > 0.7]
    exact = torch.linspace(0.7, 6.0, 2000)
    cut = torch.tensor([_cut(width) for width in exact.tolist()])
    assert_uniform(torch.from_numpy(np.interp(wide.numpy(), cut.numpy(), exact.numpy()) - 0.7) / 5.3)


def _cut(width: float) -> float:
    """The standard deviation of the sampled kernel, cut off at three widths."""
    places = np.arange(-np.ceil(3 * width), np.ceil(3 * width) + 1)
    weights = np.exp(-(places**2) / (2 * width**2))
    return float(np.sqrt((weights * places**2).sum() / weights.sum()))


def test_a_picture_does_not_depend_on_the_widest_of_its_batch() -> None:
    x = torch.rand(1, 1, 12, 12)
    assert torch.allclose(Blur((0.0, 9.0)).apply(x, torch.full((1, 1, 1, 1), 1.3)), blurred(x, (1.3, 1.3)))


def test_all_channels_of_a_picture_have_its_width() -> None:
    x, widths = torch.rand(2, 3, 14, 11), torch.tensor([0.4, 2.5])
    together = Blur((0.0, 3.0)).apply(x, widths.reshape(2, 1, 1, 1))
    for picture, width in enumerate(widths.tolist()):
        assert torch.allclose(together[picture], blurred(x[picture : picture + 1], (width, width))[0])


def test_brightness_stays() -> None:
    assert torch.allclose(blurred(torch.full((3, 2, 5, 6), 0.3), 5.0), torch.tensor(0.3))
