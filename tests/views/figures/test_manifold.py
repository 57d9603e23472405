import numpy as np
import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.views.figures import manifold
from autoencode.views.figures.manifold import quantiles


class Decoder:
    """Remembers the codes; draws one grey pixel from two of their numbers."""

    def __init__(self, first=0, second=1):
        self.seen, self.first, self.second = [], first, second

    def __call__(self, z):
        self.seen.append(z)
        p = torch.special.ndtr(z)
        return (0.5 * p[:, self.first] + 0.25 * p[:, self.second]).view(-1, 1, 1, 1)


def test_codes_stand_at_the_quantiles_of_the_prior():
    decode = Decoder()
    manifold(decode, latent_dim=2, side=30)
    codes = torch.cat(decode.seen)
    p = torch.special.ndtr(codes.double())
    places = (torch.arange(30, dtype=torch.float64) + 0.5) / 30
    assert torch.allclose(p[:30, 0], places, atol=1e-6)
    assert torch.allclose(p[::30, 1], places.flip(0), atol=1e-6)
    assert len(codes) == 900
    assert max(len(chunk) for chunk in decode.seen) <= 200


def test_the_first_axis_rises_to_the_right_and_the_second_upwards():
    picture = manifold(Decoder(), latent_dim=2, side=10)
    times = picture.width // 10
    pixels = np.array(picture)[::times, ::times, 0].astype(int)
    rising = (np.arange(10) + 0.5) / 10
    expected = 255 * (0.5 * rising[None, :] + 0.25 * rising[::-1][:, None])
    assert np.abs(pixels - expected).max() <= 0.51


def test_the_other_dimensions_stay_at_the_mean_of_the_prior():
    decode = Decoder(3, 1)
    manifold(decode, latent_dim=5, axes=(3, 1), side=4)
    codes = torch.cat(decode.seen)
    assert not codes[:, [0, 2, 4]].any()
    assert torch.allclose(codes[:4, 3], quantiles(4))
    assert torch.allclose(codes[::4, 1], quantiles(4).flip(0))


def test_quantiles_are_symmetric():
    assert torch.allclose(quantiles(7), -quantiles(7).flip(0), atol=1e-6)


@pytest.mark.parametrize(("dims", "axes"), [(1, (0, 1)), (3, (2, 2)), (3, (0, 3)), (3, (-1, 0))])
def test_axes_that_are_not_there_are_refused(dims, axes):
    with pytest.raises(ArgumentError, match="two different dimensions"):
        manifold(Decoder(), dims, axes)
