"""A mark that pictures share is found, and taken off."""

import numpy as np
import pytest
from tests.cleaning.marks.conftest import Marked, mark, marked, pictures

from autoencode.cleaning.marks.agreement import agreement, connected, grown
from autoencode.cleaning.marks.shared_mark import SharedMark, find_shared_mark


@pytest.mark.parametrize(
    ("opacity", "colour"), [(0.4, (1.0, 1.0, 1.0)), (0.3, (0.0, 0.0, 0.0)), (0.5, (0.9, 0.2, 0.1))], ids=str
)
def test_its_opacity_and_colour_are_found(opacity: float, colour: tuple[float, ...]) -> None:
    example = marked(opacity=opacity, colour=colour)
    found = find_shared_mark(example.marked)
    assert found is not None
    assert np.abs(found.colour - colour).max() < 0.08
    inside = example.opacity > 0.95 * opacity
    assert np.median(found.opacity[inside]) == pytest.approx(opacity, abs=0.05)
    assert found.opacity[example.opacity == 0].mean() < 0.01
    clean = np.stack([found.removed(picture) for picture in example.marked])
    assert example.decibels(clean) > max(26, example.decibels(example.marked) + 10)


def test_pictures_without_a_mark_have_none() -> None:
    assert find_shared_mark(pictures(10)) is None


def test_what_pictures_share_otherwise_is_no_mark() -> None:
    """A disc in the middle of each, of another darkness in each and opaque, as eyes of portraits are."""
    random, found = np.random.default_rng(0), pictures(20)
    rows, columns = np.indices(found.shape[1:3])
    for picture in found:
        inside = np.hypot(rows - 48, columns - 64) < 15
        picture[inside] = random.integers(0, 60)
    assert agreement(found) is not None
    assert find_shared_mark(found) is None


def test_removal_inverts_the_mixture(white: Marked) -> None:
    true = SharedMark(mark(0.4), np.ones(3), mark(0.4) > 0)
    clean = np.stack([true.removed(picture) for picture in white.marked])
    assert np.abs(clean.astype(int) - white.clean)[white.marked < 255].max() <= 1
    half = true.removed(white.marked[0], 0.5)
    assert np.abs(half - (white.marked[0] / 2 + clean[0] / 2)).max() <= 1
    assert (true.removed(white.marked[0], 0.0) == white.marked[0]).all()


def test_each_picture_is_asked_whether_it_carries_the_mark(white: Marked) -> None:
    found = find_shared_mark(white.marked)
    assert found is not None
    assert all(found.shows_in(picture) for picture in white.marked)
    assert not any(found.shows_in(picture) for picture in white.clean)


def test_paths_and_growth() -> None:
    seeds, area = np.zeros((5, 7), bool), np.zeros((5, 7), bool)
    seeds[2, 1] = True
    area[2, 1:4] = area[0, 6] = True
    assert connected(seeds, area).sum() == 3
    assert grown(seeds).sum() == 9
    assert grown(seeds, 2).sum() == 20
