import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from autoencode.data.images.full_picture import FullPicture
from autoencode.data.images.picture_writer import encode_picture, output_picture_name
from autoencode.errors import DataError

RNG = np.random.default_rng(0)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def opened(picture: FullPicture, suffix: str) -> Image.Image:
    image = Image.open(io.BytesIO(encode_picture(picture, suffix)))
    image.load()
    return image


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF", ".bmp"])
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_kinds_hold_every_value(suffix: str, channels: int) -> None:
    colour = RNG.integers(0, 256, (channels, 11, 7), dtype=np.uint8)
    image = np.asarray(opened(FullPicture(colour), suffix))
    assert np.array_equal(image, colour[0] if channels == 1 else colour.transpose(1, 2, 0))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("channels", [1, 3])
def test_alpha_is_written_as_it_is(suffix: str, channels: int) -> None:
    colour, alpha = np.full((channels, 16, 16), 130, np.uint8), RNG.integers(0, 256, (16, 16), dtype=np.uint8)
    image = opened(FullPicture(colour, alpha), suffix)
    assert np.array_equal(np.asarray(image.getchannel("A")), alpha)
    assert suffix == ".webp" or image.mode == ("LA" if channels == 1 else "RGBA")


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp"])
def test_jpeg_and_webp_are_near(suffix: str) -> None:
    x = np.linspace(0, 6, 64)
    waves = 128 + 100 * np.sin(x + np.arange(3)[:, None, None]) * np.cos(x)[:, None]
    colour = waves.astype(np.uint8)
    image = np.asarray(opened(FullPicture(colour), suffix)).transpose(2, 0, 1)
    assert np.abs(image.astype(int) - colour).mean() < 2


def test_jpeg_keeps_colours_at_full_resolution() -> None:
    stripes = np.zeros((3, 32, 32), np.uint8)
    stripes[0, :, ::2], stripes[2, :, 1::2] = 255, 255
    image = np.asarray(opened(FullPicture(stripes), ".jpg")).transpose(2, 0, 1)
    assert np.abs(image.astype(int) - stripes).mean() < 12


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_dpi_and_profile_go_along(suffix: str) -> None:
    image = opened(FullPicture(np.zeros((3, 8, 8), np.uint8), dpi=(300.0, 600.0), profile=SRGB), suffix)
    assert [float(number) for number in image.info["dpi"]] == pytest.approx([300, 600], abs=0.1)
    assert image.info["icc_profile"] == SRGB


def test_what_a_format_cannot_hold_is_one_line() -> None:
    with pytest.raises(DataError, match="cannot be written as WEBP") as caught:
        encode_picture(FullPicture(np.zeros((1, 1, 16_400), np.uint8)), ".webp")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "alpha", "written"),
    [
        ("a.png", True, "a.png"),
        ("sub/A.JPG", False, "sub/A.JPG"),
        ("a.jpeg", True, "a.png"),
        ("a.bmp", True, "a.png"),
        ("a.webp", True, "a.webp"),
        ("a.TIFF", True, "a.TIFF"),
        ("a.b.gif", False, "a.b.png"),
        ("a.jp2", False, "a.png"),
        ("scan", False, "scan.png"),
    ],
)
def test_names(name: str, alpha: bool, written: str) -> None:
    assert output_picture_name(Path(name), alpha=alpha) == Path(written)
