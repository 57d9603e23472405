"""Specks of one pixel: replaced where there are many, and dots of letters stay."""

import numpy as np
import pytest

from autoencode.cleaning.specks import without_specks


def smooth(height=120, width=160):
    return np.uint8(np.linspace(90, 240, height * width).reshape(height, width))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("value", [0, 255])
def test_specks_become_what_is_around_them(value, channels):
    clean = smooth() if channels == 1 else np.stack([smooth()] * 3, -1)
    clean = np.minimum(clean, 150) if value == 255 else np.maximum(clean, 120)
    dirty = clean.copy()
    dirty[1:-1:11, 1:-1:7] = value
    assert np.abs(without_specks(dirty).astype(int) - clean).max() <= 1


def test_a_page_with_few_dots_stays_to_the_bit():
    page = np.full((200, 300), 255, np.uint8)
    page[50:150:20, 100] = 0
    assert without_specks(page) is page


def test_a_screen_of_print_stays():
    page = np.full((100, 100), 255, np.uint8)
    page[::3, ::3] = 0
    assert without_specks(page) is page


def test_lines_and_larger_dots_stay():
    page = np.full((100, 100), 255, np.uint8)
    page[10:90, 20] = page[30, 10:90] = 0
    page[50:52, 50:52] = 0
    dirty = page.copy()
    dirty[2:95:6, 70:95:5] = 0
    cleaned = without_specks(dirty)
    assert (cleaned == page).all()


def test_where_specks_are_many_those_that_touch_are_replaced_too():
    clean = np.maximum(smooth(), 120)
    dirty = clean.copy()
    dirty[1:-1:6, 1:-1:6] = 0
    dirty[2:-1:12, 2:-1:6] = 0  # a second one beside every other
    assert (dirty == 0).mean() > 0.03
    assert np.abs(without_specks(dirty).astype(int) - clean).max() <= 1
    few = np.full((300, 300), 255, np.uint8)
    few[1:-1:25, 1:-1:25] = few[2:-1:50, 2:-1:25] = 0
    assert (without_specks(few) == 0).any()


def test_strokes_of_two_pixels_stay_among_many_specks():
    page = np.full((100, 100), 255, np.uint8)
    page[10:90, 20:22] = page[30:32, 24:60] = 0
    dirty = page.copy()
    dirty[2:95:4, 66:95:4] = 0
    assert (without_specks(dirty) == page).all()


def test_pages_of_one_pixel_stay():
    page = np.zeros((1, 1), np.uint8)
    assert without_specks(page) is page
