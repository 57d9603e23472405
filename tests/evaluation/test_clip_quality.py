import math
from collections.abc import Iterator

import numpy as np
import pytest

from autoencode.errors import ArgumentError, DataError, ShapeError
from autoencode.evaluation import ClipMetric, clip_quality


def clip(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (frames, 3, 8, 10), dtype=np.uint8)


def test_flicker_is_how_much_the_error_changes() -> None:
    clean, other = clip(5), clip(5, 1)
    error = (other.astype(float) - clean) / 255
    quality = clip_quality(clean, other)
    assert quality.flicker == pytest.approx(math.sqrt(np.square(np.diff(error, axis=0)).mean()), rel=1e-6)
    assert quality.rmse == pytest.approx(math.sqrt(np.square(error).mean()), rel=1e-6)
    each = -10 * np.log10(np.square(error).mean((1, 2, 3)))
    assert quality.psnr == pytest.approx(each.mean(), rel=1e-6)
    assert quality.frames == 5


def test_a_perfect_result_does_not_flicker_however_much_it_moves() -> None:
    quality = clip_quality(clip(4), clip(4))
    assert (quality.flicker, quality.rmse, quality.psnr) == (0, 0, math.inf)


def test_an_error_that_stays_does_not_flicker() -> None:
    clean = clip(4) // 2
    quality = clip_quality(clean, clean + np.uint8(51))
    assert quality.flicker == pytest.approx(0, abs=1e-6)
    assert quality.rmse == pytest.approx(0.2)


def test_new_noise_flickers_by_the_root_of_two_times_its_deviation() -> None:
    noise = np.random.default_rng(0).normal(0, 20, (60, 1, 20, 20)).round().clip(-100, 100).astype(int)
    clean = np.full(noise.shape, 120, np.uint8)
    quality = clip_quality(clean, (clean + noise).astype(np.uint8))
    assert quality.flicker == pytest.approx(math.sqrt(2) * quality.rmse, rel=0.02)


def test_grey_against_colour_counts_as_three_equal_channels() -> None:
    grey = clip(3)[:, :1]
    colour = np.broadcast_to(grey, (3, 3, 8, 10))
    assert clip_quality(colour, grey).rmse == clip_quality(grey, colour).rmse == 0


def test_one_frame_has_no_flicker_and_none_no_quality() -> None:
    assert math.isnan(clip_quality(clip(1), clip(1, 1)).flicker)
    with pytest.raises(ArgumentError, match="at least one frame"):
        ClipMetric().result()


def test_what_cannot_be_compared() -> None:
    for one, other in ((3, 4), (4, 3)):
        with pytest.raises(ArgumentError, match="equally many frames"):
            clip_quality(clip(one), clip(other))
    with pytest.raises(ShapeError, match="must have one size"):
        clip_quality(clip(3), clip(3)[..., :9])
    with pytest.raises(ShapeError, match="must have one size"):
        clip_quality([clip(1)[0], clip(1)[0][..., :9]], [clip(1)[0], clip(1)[0][..., :9]])


def test_a_clip_that_cannot_be_read_to_its_end_says_so_itself() -> None:
    def damaged() -> Iterator[np.ndarray]:
        yield clip(1)[0]
        raise DataError("no clip, or a damaged one")

    with pytest.raises(DataError, match="a damaged one"):
        clip_quality(clip(3), damaged())
