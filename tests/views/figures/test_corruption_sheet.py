import numpy as np
import pytest
from PIL import Image

from autoencode.errors import ShapeError
from autoencode.views.figures import View, corruption_sheet, views


def picture(width, height, level=0):
    return np.full((1, height, width), level, np.uint8)


def image(width, height):
    return Image.new("RGB", (width, height))


def test_a_small_picture_has_its_pixels_repeated():
    (view,) = views(picture(8, 6), picture(8, 6, 255))
    assert view.original.size == view.corrupted.size == (72, 54)
    assert np.asarray(view.corrupted).min() == 255


def test_a_picture_is_made_no_larger_than_the_sheet_s_cell():
    (view,) = views(picture(960, 200), picture(960, 200))
    assert view.original.size == (480, 100)
    (view,) = views(picture(400, 480), picture(400, 480))
    assert view.original.size == (400, 480)


def test_a_large_picture_is_shown_whole_and_its_middle_as_it_is():
    corrupted = picture(1001, 100)
    corrupted[..., 260] = corrupted[..., 739] = 255
    whole, middle = views(picture(1001, 100), corrupted)
    assert whole.original.size == (480, 48)
    assert middle.corrupted.size == (480, 100)
    assert np.asarray(middle.corrupted)[:, [0, -1]].min() == 255


def test_colour_stays_colour():
    red, blue = (np.zeros((3, 500, 500), np.uint8) for _ in range(2))
    red[0] = blue[2] = 255
    (view,) = views(red, blue)
    assert view.original.getpixel((0, 0)) == (255, 0, 0)
    assert view.corrupted.getpixel((0, 0)) == (0, 0, 255)


def test_views_go_from_left_to_right_and_then_below():
    sheet = corruption_sheet([View(image(900, 50), image(900, 50)) for _ in range(3)])
    assert sheet.size == (1804, 2 * 104 + 20)
    shown = np.asarray(sheet)[..., 3]
    assert shown[:50, :900].min() == 255
    assert shown[50:54].max() == 0
    assert shown[:, 900:904].max() == 0
    assert shown[124:, 904:].max() == 0


def test_pictures_of_two_sizes_and_no_pictures_are_errors():
    with pytest.raises(ShapeError, match=r"the shape of the original, \(1, 4, 3\), not \(1, 3, 4\)"):
        views(picture(3, 4), picture(4, 3))
    with pytest.raises(ShapeError, match="at least one picture"):
        corruption_sheet([])
