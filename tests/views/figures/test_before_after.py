import numpy as np
import pytest

from autoencode.errors import ArgumentError, ShapeError
from autoencode.views.figures import before_after, crop

RNG = np.random.default_rng(0)


def test_a_crop_is_where_most_was_changed_at_full_resolution() -> None:
    before = RNG.integers(0, 256, (3, 100, 150), dtype=np.uint8)
    after = before.copy()
    after[:, 70:75, 120:130] ^= 255
    shown = crop(before, after, "a.png", side=32)
    assert shown.before.shape == shown.after.shape == (3, 32, 32)
    assert (shown.before != shown.after).sum() == (before != after).sum()
    assert shown.caption == "a.png  32 × 32 of 150 × 100"


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 300), (1, 33, 32)], ids=str)
def test_every_corner_can_be_shown(shape: tuple[int, ...]) -> None:
    before = np.zeros(shape, np.uint8)
    for y in (0, -1):
        for x in (0, -1):
            after = before.copy()
            after[:, y, x] = 9
            assert (crop(before, after, "", side=32).after == 9).any()


def test_a_small_picture_is_shown_whole_and_transparent_places_are_white() -> None:
    before = np.full((3, 8, 8), 100, np.uint8)
    alpha = np.full((8, 8), 255, np.uint8)
    alpha[0] = 0
    shown = crop(before, before, "a.png", alpha=alpha)
    assert shown.caption == "a.png  8 × 8"
    assert (shown.before[:, 0] == 255).all()
    assert (shown.before[:, 1:] == 100).all()


def test_before_lies_left_of_after() -> None:
    red, blue = np.zeros((2, 3, 8, 8), np.uint8)
    red[0], blue[2] = 255, 255
    sheet = np.asarray(before_after([crop(red, blue, "a"), crop(red, blue, "b")]))
    reds = np.argwhere((sheet == (255, 0, 0)).all(-1))
    blues = np.argwhere((sheet == (0, 0, 255)).all(-1))
    assert len(reds) == len(blues) == 2 * 240**2
    assert reds[:, 1].min() < blues[:, 1].min()
    assert reds[:, 0].min() == blues[:, 0].min()


def test_grey_and_colour_and_all_sizes_go_on_one_sheet() -> None:
    shapes = [(1, 1, 1), (3, 400, 20), (1, 5, 384), (3, 384, 384), (3, 10, 10)]
    crops = [crop(np.zeros(shape, np.uint8), np.ones(shape, np.uint8), f"имя {shape}") for shape in shapes]
    width, height = before_after(crops).size
    assert width > 4 * 384
    assert height > 384 + 240


def test_what_cannot_be_shown() -> None:
    with pytest.raises(ArgumentError, match="at least one picture"):
        before_after([])
    with pytest.raises(ShapeError, match="must have one shape"):
        crop(np.zeros((3, 4, 4), np.uint8), np.zeros((1, 4, 4), np.uint8), "")
