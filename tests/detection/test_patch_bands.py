"""Patches along the principal axes of those of good pictures."""

import torch

from autoencode.detection.patch_bands import PatchBands


def smooth(n, channels=1, seed=0):
    """Noise whose neighbours are correlated."""
    x = torch.randn(n, channels, 66, 66, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.avg_pool2d(x, 3, 1) * 3


def fitted(channels=1):
    return PatchBands(channels).fit(smooth(6, channels), torch.Generator().manual_seed(0))


def test_bands_of_good_pictures_are_standardised():
    bands = fitted(3)
    found = bands(smooth(6, 3))[:, :, 4:-4, 4:-4]
    assert found.shape[1] == bands.width == 30
    assert float(found.mean((0, 2, 3)).abs().max()) < 0.02
    assert float((found.std((0, 2, 3)) - 1).abs().max()) < 0.02
    new = bands(smooth(6, 3, seed=1))[:, :, 4:-4, 4:-4]
    assert float(new.mean((0, 2, 3)).abs().max()) < 0.6


def test_together_they_are_the_mahalanobis_distance_of_a_patch():
    bands, x = fitted(), smooth(1, seed=1)
    patches = torch.nn.functional.unfold(smooth(6), 7).movedim(1, 2).flatten(0, 1).double()
    covariance = torch.cov(patches.T) + 1e-3 * torch.eye(49, dtype=torch.float64)
    one = x[0, 0, 20:27, 30:37].flatten().double() - patches.mean(0)
    expected = one @ torch.linalg.solve(covariance, one)
    along = torch.nn.functional.conv2d(x, bands.axes[0], -bands.offset[0]).square()[0, :, 20, 30]
    assert torch.allclose(along.sum().double(), expected, rtol=0.05)


def test_noise_among_smooth_pictures_is_in_the_bands_of_small_variance():
    found = fitted()(torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(2)))
    small, large = found[0, 0].mean(), found[0, 4].mean()
    assert small > 3
    assert small > large + 2
