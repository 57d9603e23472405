"""Writing is like a page; areas of grey, uneven paper and ink that nobody else sees are not."""

import numpy as np
import pytest

from autoencode.cleaning.likeness import page_likeness


@pytest.fixture
def writing():
    page = np.ones((3, 120, 160), np.float32)
    page[:, 10:110:10, 10:150] = 0.1
    page[:, 11:110:10, 10:150] = 0.1
    return page


def test_a_clean_page_of_writing_has_one(writing):
    likeness = page_likeness(writing, np.ones_like(writing), writing, writing.min(0) > 0.9)
    assert likeness == pytest.approx(1)


def test_paper_of_uneven_brightness_counts_against_it(writing):
    paper = np.ones_like(writing)
    paper[:, :, 80:] = 0.5  # a deviation of a quarter, and a mean of three quarters
    likeness = page_likeness(writing * paper, paper, writing, writing.min(0) > 0.9)
    assert likeness == pytest.approx(1 - 1.5 / 3, abs=0.05)


def test_areas_of_grey_count_against_it_and_black_ones_do_not(writing):
    for darkness, expected in ((0.4, 1 - 2 * 0.25), (0.95, 1)):
        page = writing.copy()
        page[:, 40:100, 40:120] = 1 - darkness
        likeness = page_likeness(page, np.ones_like(page), page, page.min(0) > 0.9)
        assert likeness == pytest.approx(expected, abs=0.06)


def test_strokes_that_only_the_network_sees_count_against_it_on_uneven_paper(writing):
    clean = writing.copy()
    clean[:, 5:115:10, 10:150] = 0.2
    for shade, low, high in ((1.0, 0.99, 1.0), (0.8, 0.4, 0.65)):
        paper = np.ones_like(writing)
        paper[:, :, 80:] = shade
        assert low <= page_likeness(writing * paper, paper, clean, clean.min(0) > 0.9) <= high
