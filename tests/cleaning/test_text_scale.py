import numpy as np
import pytest
from PIL import Image, ImageDraw

from autoencode.cleaning.text_scale import STROKE, ink_mask, local_paper, otsu_threshold, stroke_width, working_scale


def stripes(width, side=400, paper=1.0, ink=0.1):
    page = np.full((side, side), paper, np.float32)
    for x in range(20, side - 20, 40):
        page[10:-10, x : x + width] = ink
    return page


@pytest.mark.parametrize("width", [2, 4, 8])
def test_the_width_of_upright_lines(width):
    # the perimeter of an upright line is its height alone, and the mean over directions is 4/π edges per unit
    assert stroke_width(stripes(width)) == pytest.approx(width * 4 / np.pi, rel=0.05)


@pytest.mark.parametrize("width", [3, 6, 12])
def test_the_width_of_lines_in_all_directions(width):
    image = Image.new("L", (900, 900), 255)
    draw = ImageDraw.Draw(image)
    for angle in np.linspace(0, np.pi, 12, endpoint=False):
        x, y = 400 * np.cos(angle), 400 * np.sin(angle)
        centre = np.array([450 + 30 * x / 400, 450 + 30 * y / 400])
        draw.line([tuple(centre - np.array((x, y))), tuple(centre + np.array((x, y)))], fill=0, width=width)
    page = np.asarray(image, dtype=np.float32) / 255
    page[380:520, 380:520] = 1  # where they cross
    assert stroke_width(page) == pytest.approx(width, rel=0.12)


def test_the_scale_brings_strokes_to_one_width_on_white_and_on_grey_paper():
    for paper, ink in ((1.0, 0.0), (0.6, 0.2)):
        assert working_scale(stripes(8, paper=paper, ink=ink)) == pytest.approx(STROKE / (8 * 4 / np.pi), rel=0.05)


def test_an_empty_page_stays_as_large_as_it_is():
    assert stroke_width(np.ones((300, 200), np.float32)) is None
    assert working_scale(np.full((300, 200), 0.7, np.float32)) == 1.0


def test_the_paper_ignores_ink_and_follows_a_shadow():
    shadow = np.linspace(1, 0.5, 400, dtype=np.float32)[None] * np.ones((400, 1), np.float32)
    page = shadow * stripes(3)
    assert np.abs(local_paper(page) - shadow).max() < 0.06
    assert (ink_mask(page) == (stripes(3) < 0.5)).mean() > 0.99


def test_otsu_s_threshold_lies_in_the_middle_of_the_gap():
    values = np.concatenate([np.full(50, 0.2), np.full(150, 0.8)]).astype(np.float32)
    assert otsu_threshold(values) == pytest.approx(0.5, abs=0.01)
