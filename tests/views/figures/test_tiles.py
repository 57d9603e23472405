"""A sheet stays below some thousand pixels a side, whatever the pictures are."""

import pytest
import torch

from autoencode.views.figures import grid, labelled_grid, pairs, stacked
from autoencode.views.figures.lettering import one_line
from autoencode.views.figures.tiles import MAX_SIDE, fitting_scale, tiles

SHAPES = [(20, 1, 131, 2), (20, 1, 2, 131), (20, 3, 900, 1200), (400, 1, 300, 700), (5000, 1, 8, 8), (3, 1, 1, 1)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_sheet_is_longer_than_the_limit(shape):
    x = torch.rand(shape)
    assert max(grid(x).size) <= MAX_SIDE
    assert max(grid(x, columns=10, scale=50).size) <= MAX_SIDE
    assert max(pairs(x, x).size) <= MAX_SIDE
    assert max(stacked([x, x, x], columns=4).size) <= MAX_SIDE
    assert max(labelled_grid(x[None], ["row"]).size) <= 1.1 * MAX_SIDE  # the names come on top
    assert max(labelled_grid(x[:, None], ["row"] * len(x)).size) <= 1.1 * MAX_SIDE


def test_narrow_pictures_are_not_enlarged_by_their_short_side():
    assert tiles(torch.rand(3, 1, 131, 2)).shape == (3, 131, 2, 2)
    assert tiles(torch.rand(3, 1, 28, 7)).shape == (3, 84, 21, 2)


def test_pictures_that_must_shrink_keep_their_proportions_and_their_mean():
    x = torch.rand(2, 1, 1000, 2000)
    shrunk = tiles(x, room=(100, 100))
    assert shrunk.shape[1:3] == (50, 100)
    assert abs(shrunk[..., 0].mean() / 255 - x.mean()) < 0.01


def test_a_scale_is_a_whole_number():
    assert [fitting_scale(side) for side in (1, 28, 40, 72, 1000)] == [72, 3, 2, 1, 1]


def test_of_a_very_long_strip_some_pictures_are_drawn_and_a_note_says_so():
    strip = torch.linspace(0, 1, 1000).view(1, 1000, 1, 1, 1).expand(1, 1000, 1, 8, 8)
    drawn = labelled_grid(strip, ["linear"], [str(i) for i in range(1000)], apart=[1, 999], scale=3)
    assert drawn.width < MAX_SIDE
    short = labelled_grid(strip[:, :100], ["linear"], [str(i) for i in range(100)], apart=[1, 99], scale=3)
    assert drawn.width == short.width
    assert drawn.height > short.height
    assert drawn.getpixel((drawn.width - 30, 50)) == (255, 255, 255)  # the last one is among them


def test_a_name_is_one_line_of_bounded_length():
    assert one_line("two\nlines\tand  more") == "two lines and more"
    assert one_line("a" * 100, 10) == "a" * 9 + "…"
    assert labelled_grid(torch.rand(1, 2, 1, 8, 8), ["a\nb" * 500], ["c\nd", "e" * 500]).width < 1000
