"""The moments of each noise, against closed forms, in standard errors."""

import pytest
import torch

from autoencode.corruptions import Gaussian, Levels, MaskingNoise, Poisson, SaltAndPepper, Speckle
from autoencode.data.batch import Batch
from support.statistics import assert_frequencies, assert_mean

pytestmark = pytest.mark.usefixtures("double")

N = 40_000


def constant(value: float) -> Batch:
    return Batch(torch.full((N, 1), value))


def test_salt_and_pepper_have_their_fraction_and_are_half_of_each() -> None:
    x = SaltAndPepper(0.2)(constant(0.5)).x[:, 0]
    assert_mean((x == 0).double(), 0.1)
    assert_mean((x == 1).double(), 0.1)
    assert ((x == 0) | (x == 1) | (x == 0.5)).all()


def test_salt_and_pepper_of_a_range_changes_its_mean() -> None:
    x = SaltAndPepper((0.1, 0.5))(constant(0.5)).x[:, 0]
    assert_mean((x != 0.5).double(), 0.3)


def test_masking_takes_its_share() -> None:
    assert_mean((MaskingNoise(0.25)(constant(1.0)).x[:, 0] == 0).double(), 0.25)


@pytest.mark.parametrize("kind", [SaltAndPepper, MaskingNoise])
def test_pixels_are_corrupted_in_all_their_channels(kind: type) -> None:
    x = kind(0.5)(Batch(torch.full((2, 3, 9, 9), 0.5))).x
    assert torch.equal(x[:, 0], x[:, 1])
    assert torch.equal(x[:, 0], x[:, 2])
    assert len(x[:, 0].unique()) > 1


@pytest.mark.parametrize("value", [0.0, 0.7, 1.0])
def test_gaussian_noise_has_mean_and_deviation_whatever_the_value(value: float) -> None:
    noise = Gaussian(0.3)(constant(value)).x[:, 0] - value
    assert_mean(noise, 0.0)
    assert_mean(noise**2, 0.09)
    assert_mean(noise**4, 3 * 0.09**2)


def test_gaussian_noise_of_a_range_has_the_mean_variance() -> None:
    noise = Gaussian((0.1, 0.5))(constant(0.0)).x[:, 0]
    assert_mean(noise**2, (0.5**3 - 0.1**3) / 3 / 0.4)


def test_gaussian_noise_is_each_channel_s_own() -> None:
    x = Gaussian(0.3)(Batch(torch.zeros(2000, 2, 3, 3))).x
    assert_mean((x[:, 0] * x[:, 1]).flatten(), 0.0)


@pytest.mark.parametrize("value", [0.1, 0.5, 1.0])
def test_poisson_noise_keeps_the_mean_and_has_its_share_of_variance(value: float) -> None:
    x = Poisson(20.0)(constant(value)).x[:, 0]
    assert_mean(x, value)
    assert_mean((x - value) ** 2, value / 20)


def test_poisson_noise_is_of_whole_photons() -> None:
    counts = (Poisson(3.0)(constant(0.5)).x[:, 0] * 3).round().long()
    distribution = torch.distributions.Poisson(torch.tensor(1.5))
    ks = torch.arange(12)
    assert_frequencies(torch.bincount(counts, minlength=12)[:12], distribution.log_prob(ks.double()).exp())


def test_below_black_there_are_no_photons() -> None:
    assert (Poisson(5.0)(constant(-0.2)).x == 0).all()


@pytest.mark.parametrize("value", [0.2, 0.9])
def test_speckle_grows_with_the_value(value: float) -> None:
    x = Speckle(0.4)(constant(value)).x[:, 0]
    assert_mean(x, value)
    assert_mean((x - value) ** 2, (0.4 * value) ** 2)


def test_speckle_leaves_black_black() -> None:
    assert (Speckle(0.4)(constant(0.0)).x == 0).all()


def test_levels_are_the_nearest_ones_and_end_at_black_and_white() -> None:
    x = torch.tensor([[-0.3, 0.0, 0.16, 0.17, 0.34, 0.51, 0.99, 1.4]])
    assert torch.allclose(Levels(4.0)(Batch(x)).x, torch.tensor([[0, 0, 0, 1, 1, 2, 3, 3]]) / 3)


def test_eight_bits_stay_as_they_are() -> None:
    x = torch.arange(256)[None] / 255
    assert torch.equal(Levels()(Batch(x)).x, x)
