import math
import sys

import numpy as np
import pytest
import torch
from scipy import stats
from skimage import metrics

from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.evaluation import (
    Estimate,
    PictureQuality,
    measure_restoration,
    picture_quality,
    quality,
    require_scikit_image,
    root_mean_squared_error,
)

RNG = np.random.default_rng(0)


def pair(channels: int = 3, height: int = 40, width: int = 30) -> tuple[np.ndarray, np.ndarray]:
    clean = RNG.integers(0, 256, (channels, height, width), dtype=np.uint8)
    noise = RNG.normal(0, 20, clean.shape)
    return clean, np.clip(clean + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("at_a_time", [2**20, 630, 1])  # 630 gives strips of seven rows and a rest
@pytest.mark.parametrize("shape", [(3, 40, 30), (1, 11, 11), (3, 12, 200)], ids=str)
def test_the_measures_are_scikit_images_in_strips_too(monkeypatch, at_a_time: int, shape: tuple[int, ...]) -> None:
    monkeypatch.setattr(quality, "_CHUNK_VALUES", at_a_time)
    clean, noisy = pair(*shape)
    measured = picture_quality(clean, noisy)
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    ssim = metrics.structural_similarity(clean, noisy, data_range=255, channel_axis=0, **window)
    assert measured.ssim == pytest.approx(ssim, abs=1e-12)
    assert measured.psnr == pytest.approx(metrics.peak_signal_noise_ratio(clean, noisy, data_range=255), abs=1e-10)
    assert measured.rmse == pytest.approx(math.sqrt(metrics.mean_squared_error(clean, noisy)) / 255, abs=1e-12)


def test_equal_pictures() -> None:
    clean, _ = pair()
    assert picture_quality(clean, clean) == PictureQuality(math.inf, 1.0, 0.0)


def test_black_against_white() -> None:
    black, white = np.zeros((1, 20, 20), np.uint8), np.full((1, 20, 20), 255, np.uint8)
    measured = picture_quality(black, white)
    assert (measured.psnr, measured.rmse) == (0.0, 1.0)
    assert measured.ssim == pytest.approx(0, abs=1e-3)


def test_grey_counts_as_three_equal_channels() -> None:
    clean, noisy = pair(1)
    assert picture_quality(clean, noisy.repeat(3, 0)) == picture_quality(clean.repeat(3, 0), noisy)


def test_a_picture_smaller_than_the_window_has_no_ssim() -> None:
    clean, noisy = pair(3, 10, 50)
    assert math.isnan(picture_quality(clean, noisy).ssim)
    assert picture_quality(clean, noisy).rmse > 0
    assert measure_restoration([clean], [noisy], [clean]).restored.ssim is None
    big, big_noisy = pair()
    both = measure_restoration([clean, big], [noisy, big_noisy], [clean, big]).restored
    assert (both.ssim.n, both.rmse.n) == (1, 2)


def test_pictures_of_other_sizes_are_refused() -> None:
    with pytest.raises(ShapeError, match="must have equal sizes, not 40x30 and 30x40"):
        root_mean_squared_error(pair()[0], pair(3, 30, 40)[0])


def test_means_and_intervals_are_over_pictures() -> None:
    pairs = [pair() for _ in range(6)]
    clean, noisy = [list(each) for each in zip(*pairs, strict=True)]
    better = [(a // 2 + b // 2).astype(np.uint8) for a, b in pairs]
    measured = measure_restoration(clean, noisy, better)
    before = [root_mean_squared_error(*each) for each in pairs]
    after = [root_mean_squared_error(a, b) for a, b in zip(clean, better, strict=True)]
    for estimate, values in (
        (measured.degraded.rmse, before),
        (measured.restored.rmse, after),
        (measured.change.rmse, np.subtract(after, before)),
    ):
        known = stats.t.interval(0.95, 5, loc=np.mean(values), scale=stats.sem(values))
        assert estimate.value == pytest.approx(np.mean(values))
        assert estimate.interval == pytest.approx(known)


def test_pictures_that_were_clean_and_stay_so_do_not_change() -> None:
    clean = [pair()[0] for _ in range(3)]
    measured = measure_restoration(clean, clean, clean)
    assert measured.change.psnr.value == 0
    assert measured.restored.psnr.value == math.inf


@pytest.mark.parametrize("counts", [(0, 0, 0), (1, 2, 2), (2, 1, 2), (2, 2, 1)])
def test_as_many_of_each_are_needed(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ArgumentError, match="equally many"):
        measure_restoration(*([pair()[0]] * n for n in counts))


def test_without_scikit_image_the_command_that_installs_it_is_reported(monkeypatch) -> None:
    require_scikit_image()
    monkeypatch.setitem(sys.modules, "skimage.metrics", None)
    with pytest.raises(CapabilityError, match=r"pip install scikit-image"):
        require_scikit_image()


def test_the_interval_of_one_example_is_not_known() -> None:
    assert all(math.isnan(end) for end in Estimate.of(torch.tensor([3.0])).interval)
