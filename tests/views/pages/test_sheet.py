import numpy as np
import pytest
import torch

from autoencode.views.pages import fitting, sheet


def test_every_picture_is_at_its_place():
    pixels = np.asarray(sheet(torch.linspace(0, 1, 7)[:, None, None, None].expand(-1, 1, 4, 6), (6, 4), 3))
    assert pixels.shape == (12, 18)
    for i in range(7):
        y, x = 4 * (i // 3), 6 * (i % 3)
        assert (pixels[y : y + 4, x : x + 6] == round(255 * i / 6)).all()
    assert (pixels[8:, 6:] == 0).all()


def test_pictures_are_shrunk_each_by_itself():
    pictures = torch.zeros(4, 1, 96, 96)
    pictures[1] = pictures[2] = 1
    pixels = np.asarray(sheet(pictures, (48, 48), 2))
    assert pixels.shape == (96, 96)
    for (y, x), value in {(0, 0): 0, (0, 48): 255, (48, 0): 255, (48, 48): 0}.items():
        assert (pixels[y : y + 48, x : x + 48] == value).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_any_number_of_channels(channels):
    x = torch.rand(3, channels, 8, 8)
    pixels = np.asarray(sheet(x, (8, 8), 3)).astype(float)
    assert pixels.shape == ((8, 24, 3) if channels == 3 else (8, 24))
    shown = (x if channels == 3 else x.mean(1, keepdim=True)).permute(2, 0, 3, 1).reshape(pixels.shape)
    assert np.abs(pixels - 255 * shown.numpy()).max() <= 0.51


def test_what_is_no_grey_level_is_brought_to_one():
    x = torch.tensor([-3.0, 0.0, 1.0, 7.0, torch.nan]).reshape(1, 1, 1, 5)
    assert np.asarray(sheet(x, (5, 1), 1)).tolist() == [[0, 0, 255, 255, 0]]


def test_thumbnails_keep_proportions_and_are_never_larger():
    assert fitting(torch.zeros(5, 3, 96, 48), 48) == (24, 48)
    assert fitting(torch.zeros(5, 3, 90, 180), 64) == (64, 32)
    assert fitting(torch.zeros(5, 1, 28, 20), 48) == (20, 28)
    assert fitting(torch.zeros(1, 1, 1, 500), 10) == (10, 1)
