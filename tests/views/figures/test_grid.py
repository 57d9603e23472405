import numpy as np
import pytest
import torch

from autoencode.errors import ShapeError
from autoencode.views.figures import grid
from autoencode.views.figures.tiles import tiles


def greys(*values, side=4):
    return torch.stack([torch.full((1, side, side), value) for value in values])


def test_pictures_go_from_left_to_right_then_down():
    sheet = np.array(grid(greys(0.0, 0.2, 0.4, 0.6, 0.8), columns=3, scale=2, gap=3))
    assert sheet.shape == (2 * 8 + 3, 3 * 8 + 2 * 3, 2)
    for i, value in enumerate((0, 51, 102, 153, 204)):
        y, x = i // 3 * 11, i % 3 * 11
        assert (sheet[y : y + 8, x : x + 8, 0] == value).all()
        assert (sheet[y : y + 8, x : x + 8, 1] == 255).all()


def test_what_no_picture_covers_is_transparent():
    alpha = np.array(grid(greys(1.0, 1.0, 1.0), columns=2, scale=1, gap=2))[..., 1]
    assert alpha.sum() == 3 * 16 * 255
    assert not alpha[:, 4:6].any()
    assert not alpha[6:, 6:].any()


def test_each_pixel_is_repeated():
    image = torch.rand(1, 1, 5, 7)
    pixels = np.array(grid(image, scale=3, gap=0))[..., 0]
    assert (pixels == (image[0, 0] * 255).round().numpy().repeat(3, axis=0).repeat(3, axis=1)).all()


@pytest.mark.parametrize(("side", "scale"), [(8, 9), (28, 3), (64, 1), (256, 1)])
def test_small_pictures_are_enlarged_by_themselves(side, scale):
    assert grid(torch.rand(1, 1, side, side)).size == (scale * side, scale * side)


def test_as_many_columns_as_rows_by_default():
    assert grid(greys(*[0.5] * 16), scale=1, gap=0).size == (16, 16)


def test_three_channels_are_colours():
    red = torch.tensor([1.0, 0.0, 0.2]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    assert grid(red, scale=1).getpixel((0, 0)) == (255, 0, 51, 255)


def test_other_numbers_of_channels_are_shown_as_grey():
    two = torch.tensor([0.2, 0.6]).view(1, 2, 1, 1).expand(1, 2, 2, 2)
    assert grid(two, scale=1).getpixel((0, 0)) == (102, 255)


def test_values_outside_the_range_are_clipped():
    sheet = np.array(grid(torch.tensor([-3.0, 1.7, float("nan")]).view(3, 1, 1, 1), columns=3, scale=1, gap=0))
    assert sheet[0, :, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize("shape", [(0, 1, 4, 4), (4, 4), (2, 0, 4, 4)])
def test_what_holds_no_pictures_is_refused(shape):
    with pytest.raises(ShapeError, match="pictures must come as"):
        tiles.__wrapped__(torch.zeros(shape))
