"""Pale tints on white paper are found; stains, shadows and old paper are not."""

import numpy as np
import pytest

from autoencode.cleaning.printed_tints import find_printed_tints

EVERYWHERE = np.ones((120, 160), bool)


def page_with(tint, box, noise=0.0):
    random = np.random.default_rng(0)
    page = np.ones((3, 120, 160), np.float32)
    page[:, box[0], box[1]] = np.array(tint, np.float32)[:, None, None]
    return np.clip(page + noise * random.normal(size=page.shape), 0, 1).astype(np.float32)


BOX = slice(20, 60), slice(30, 110)


@pytest.mark.parametrize("tint", [(0.93, 0.93, 0.93), (1.0, 0.98, 0.8), (0.88, 0.92, 0.98)])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_box_of_one_pale_colour_is_a_tint(tint, noise):
    found = find_printed_tints(page_with(tint, BOX, noise), EVERYWHERE)
    assert found[20:60, 30:110].mean() > 0.99
    assert found.sum() < 1.2 * 40 * 80  # its soft edge belongs to it


def test_a_strong_colour_is_no_dirt():
    found = find_printed_tints(page_with((0.95, 0.7, 0.2), (slice(20, 22), slice(30, 110))), EVERYWHERE)
    assert (found[20:22, 30:110]).all()
    assert found.sum() == 2 * 80


def test_a_stain_that_goes_over_into_white_is_none():
    rows, columns = np.mgrid[:120, :160]
    stain = np.exp(-((rows - 60) ** 2 + (columns - 80) ** 2) / 800)
    page = (1 - stain * np.array([0.1, 0.2, 0.4])[:, None, None]).astype(np.float32)
    assert not find_printed_tints(page, EVERYWHERE).any()


def test_old_paper_is_none():
    page = page_with((0.9, 0.85, 0.7), (slice(None), slice(None)), 0.01)
    page[:, 20:60] *= 0.95
    assert not find_printed_tints(page, EVERYWHERE).any()


def test_nowhere_without_paper_and_on_white_paper():
    assert not find_printed_tints(page_with((0.9, 0.9, 0.9), BOX), np.zeros_like(EVERYWHERE)).any()
    assert not find_printed_tints(np.ones((3, 120, 160), np.float32), EVERYWHERE).any()
