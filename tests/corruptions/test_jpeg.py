"""Against Pillow, whose libjpeg has an integer transform: a rounding that falls the other way moves 64 pixels."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_images

from autoencode.corruptions import Jpeg
from autoencode.corruptions.jpeg import dct_matrix
from autoencode.data.batch import Batch

MEAN, WITHIN_TWO = 0.3, 0.98  # levels of 255; share of the values
QUALITIES = [1, 10, 30, 49, 50, 75, 95, 100]


def photograph(height: int, width: int, colour: str) -> Image.Image:
    whole = Image.fromarray(load_sample_images().images[0])
    return whole.crop((30, 40, 30 + width, 40 + height)).convert(colour)


def by_pillow(image: Image.Image, quality: int) -> np.ndarray:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file)).astype(float)


def here(image: Image.Image, quality: float) -> np.ndarray:
    pixels = torch.from_numpy(np.asarray(image).copy()).float() / 255
    x = pixels[None, None] if pixels.ndim == 2 else pixels.permute(2, 0, 1)[None]
    back = 255 * Jpeg(float(quality))(Batch(x)).x[0].double().numpy()
    return back[0] if pixels.ndim == 2 else back.transpose(1, 2, 0)


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("colour", ["L", "RGB"])
def test_photographs_come_back_as_from_pillow(colour: str, quality: int) -> None:
    image = photograph(200, 304, colour)
    off = np.abs(here(image, quality) - by_pillow(image, quality))
    assert off.mean() < MEAN
    assert (off < 2.5).mean() > WITHIN_TWO
    if quality <= 75:  # it is a small part of what JPEG does
        assert (off**2).mean() < 0.05 * ((by_pillow(image, quality) - np.asarray(image)) ** 2).mean()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 11), (8, 8), (15, 17), (16, 16), (33, 50), (50, 33)], ids=str)
@pytest.mark.parametrize("colour", ["L", "RGB"])
def test_sides_that_are_no_whole_blocks(colour: str, size: tuple[int, int]) -> None:
    image = photograph(*size, colour)
    for quality in (5, 25, 90):
        off = np.abs(here(image, quality) - by_pillow(image, quality))
        assert off.mean() < 1  # a single coefficient counts for much in so small a picture
        assert off.max() <= 8


def test_each_picture_has_its_own_quality() -> None:
    x = torch.rand(1, 3, 24, 24)
    jpeg = Jpeg((5.0, 95.0))
    both = jpeg.apply(x.expand(2, -1, -1, -1), torch.tensor([5.0, 95.0]).reshape(2, 1, 1, 1))
    assert torch.equal(both[:1], Jpeg(5.0)(Batch(x)).x)
    assert torch.equal(both[1:], Jpeg(95.0)(Batch(x)).x)


def test_other_numbers_of_channels_are_grey_pictures_each() -> None:
    x = torch.rand(2, 4, 19, 21)
    together = Jpeg(20.0)(Batch(x)).x
    for channel in range(4):
        assert torch.equal(together[:, channel : channel + 1], Jpeg(20.0)(Batch(x[:, channel : channel + 1])).x)


def test_values_are_cut_off_and_come_back_as_bytes() -> None:
    back = Jpeg(30.0)(Batch(torch.randn(2, 3, 16, 16, dtype=torch.float64))).x
    assert back.min() >= 0
    assert back.max() <= 1
    assert torch.equal((255 * back).round() / 255, back)


def test_cosines_are_orthonormal_and_of_rising_frequency() -> None:
    basis = dct_matrix(torch.zeros(1, dtype=torch.float64))
    assert torch.allclose(basis @ basis.T, torch.eye(8, dtype=torch.float64), atol=1e-14)
    assert [int((row[1:] * row[:-1] < 0).sum()) for row in basis] == list(range(8))
