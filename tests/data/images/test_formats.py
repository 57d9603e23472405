import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.images.formats import composite_on_white, formats, is_grey_mode, suffixes, to_eight_bit


def test_plain_raster_formats_only():
    assert {"PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "PPM"} <= set(formats())
    assert not {"EPS", "WMF", "HDF5", "MPEG", "PDF"} & set(formats())


def test_their_endings():
    assert {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"} <= suffixes()
    assert not {".eps", ".pdf", ".txt", ".npy", ""} & suffixes()


def pixel(image: Image.Image) -> tuple[str, object]:
    result = to_eight_bit(image)
    return result.mode, result.getpixel((0, 0))


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, ("L", 255)),
        ("L", 77, ("L", 77)),
        ("LA", (77, 255), ("L", 77)),
        ("LA", (77, 0), ("L", 255)),
        ("RGB", (1, 2, 3), ("RGB", (1, 2, 3))),
        ("RGBA", (1, 2, 3, 255), ("RGB", (1, 2, 3))),
        ("RGBA", (1, 2, 3, 0), ("RGB", (255, 255, 255))),
        ("CMYK", (0, 0, 0, 255), ("RGB", (0, 0, 0))),
        ("HSV", (0, 0, 255), ("RGB", (255, 255, 255))),
        ("I", 65_535, ("L", 255)),
        ("I", 257 * 40, ("L", 40)),
        ("I;16", 257 * 40, ("L", 40)),
        ("F", 0.5, ("L", 128)),
        ("F", 200.0, ("L", 200)),
    ],
)
def test_kinds_of_picture(mode, colour, expected):
    assert pixel(Image.new(mode, (3, 3), colour)) == expected


def test_palettes_with_and_without_a_transparent_colour():
    image = Image.new("P", (2, 2), 1)
    image.putpalette([9, 9, 9, 10, 20, 30])
    assert pixel(image) == ("RGB", (10, 20, 30))
    image.info["transparency"] = 1
    assert pixel(image) == ("RGB", (255, 255, 255))


def test_grey_with_a_transparent_level():
    image = Image.new("L", (2, 2), 5)
    image.info["transparency"] = 5
    assert pixel(image) == ("L", 255)


@pytest.mark.parametrize("numbers", [np.full((2, 2), 70_000, np.int32), np.full((2, 2), -1, np.int32)])
def test_brightness_beyond_sixteen_bits_is_refused(numbers):
    with pytest.raises(ValueError, match=r"outside 0-65,535"):
        to_eight_bit(Image.fromarray(numbers))


@pytest.mark.parametrize("level", [np.nan, np.inf, -1, 1000])
def test_float_brightness_without_meaning_is_refused(level):
    with pytest.raises(ValueError, match=r"outside 0-255"):
        to_eight_bit(Image.fromarray(np.full((2, 2), level, np.float32)))


def test_which_kinds_are_grey():
    assert all(is_grey_mode(mode) for mode in ("1", "L", "LA", "I", "I;16", "I;16B", "F"))
    assert not any(is_grey_mode(mode) for mode in ("P", "RGB", "RGBA", "CMYK", "YCbCr"))


def test_opaque_stays_clear_becomes_white_and_half_is_between():
    colours = torch.tensor([10, 100, 200, 0], dtype=torch.uint8).view(1, 4, 1, 1).repeat(3, 1, 1, 1)
    colours[:, 3, 0, 0] = torch.tensor([255, 0, 128], dtype=torch.uint8)
    result = composite_on_white(colours)[..., 0, 0]
    assert result.dtype == torch.uint8
    assert result[0].tolist() == [10, 100, 200]
    assert result[1].tolist() == [255, 255, 255]
    assert result[2].tolist() == [round(c * 128 / 255 + 255 - 128) for c in (10, 100, 200)]


def test_more_pictures_than_go_at_a_time():
    pictures = torch.rand(300, 4, 2, 2, generator=torch.Generator().manual_seed(0))
    expected = pictures[:, :3] * pictures[:, 3:] + 1 - pictures[:, 3:]
    torch.testing.assert_close(composite_on_white(pictures), expected)
