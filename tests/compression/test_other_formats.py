"""The same pictures in other formats."""

import io
import lzma

import numpy as np
import pytest
from PIL import Image

from autoencode.compression import other_formats
from autoencode.compression.container import DamagedError
from autoencode.compression.other_formats import Comparison, Sample, compare_lossless, compare_lossy


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 2 + y, 200 - y, (x * y) // 40], 2).astype(np.uint8)


def test_sizes_without_loss_are_those_of_files(monkeypatch):
    monkeypatch.setattr(other_formats, "has_jpeg_xl", lambda: False)
    pictures = [picture(40, 50), picture(33, 20)[..., 0]]
    found, png = compare_lossless(pictures, 900, whole=True), io.BytesIO()
    for x in pictures:
        Image.fromarray(x).save(png, "PNG", optimize=True)
    assert found.others["PNG"] == png.tell()
    assert found.others["xz"] == len(lzma.compress(b"".join(x.tobytes() for x in pictures)))
    assert (found.values, found.missing) == (40 * 50 * 3 + 33 * 20, ("JPEG XL",))
    assert any("pillow-jxl-plugin" in line for line in found.lines)


def test_black_and_white_takes_a_bit_a_pixel_in_png_and_xz():
    x = (np.random.default_rng(0).random((64, 64)) > 0.5).astype(np.uint8) * 255
    found = compare_lossless([x], 1, whole=True, levels=2)
    assert all(found.others[name] < 64 * 64 / 8 + 150 for name in ("PNG", "xz"))


def test_with_loss_the_error_of_others_is_not_above_the_own():
    x = picture(64, 80)
    coarse = (x // 24 * 24 + 12).astype(np.uint8)
    fine = (x // 6 * 6 + 3).astype(np.uint8)
    sizes = [compare_lossy([x], [back], 500, whole=True).others for back in (coarse, fine)]
    assert set(sizes[0]) == {"JPEG", "WebP"}
    assert all(sizes[0][name] < sizes[1][name] for name in sizes[0])


@pytest.mark.parametrize("wanted", [1, 2, 47, 94, 95])
def test_the_lowest_quality_that_is_good_enough_is_found(wanted):
    assert other_formats._lowest(lambda quality: quality >= wanted) == wanted


def test_a_sample_is_everything_until_it_is_too_much_and_then_evenly_spaced():
    sample = Sample(most=1_000)
    for number in range(100):
        sample.add(np.full((10, 10), number, np.uint8))
        assert sample.whole == (number < 10)
    numbers = [int(x[0, 0]) for x in sample.pictures]
    assert set(np.diff(numbers)) == {numbers[1]}
    assert sample.values <= 1_000


def test_of_a_large_picture_the_middle_is_kept():
    sample, x = Sample(side=8), np.arange(400).astype(np.uint8).reshape(20, 20)
    sample.add(x)
    assert not sample.whole
    assert np.array_equal(sample.pictures[0], x[6:14, 6:14])


def test_what_a_file_says_is_checked():
    found = Comparison(3, True, 2, {"PNG": 4}, ("JPEG XL",))
    assert Comparison.from_json(found.to_json()) == found
    for broken in (None, {}, found.to_json() | {"others": {"PNG": "x"}}, found.to_json() | {"own": None}):
        with pytest.raises(DamagedError):
            Comparison.from_json(broken)
