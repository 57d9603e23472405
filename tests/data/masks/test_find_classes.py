"""Which values of masks are classes."""

import numpy as np
import pytest

from autoencode.data.masks.find_classes import find_classes
from autoencode.data.masks.mask_classes import MaskKind
from autoencode.errors import DataError


def mask(*values, side=12):
    """Vertical stripes of these values, each `side` wide."""
    return np.repeat(np.repeat(np.array(values), side)[None], side, 0)


def found(*masks, kind=MaskKind.LABELS, **more):
    return find_classes(masks, "masks", kind, **more)


def test_numbers_are_classes_and_zero_is_the_background():
    classes, notes = found(mask(3, 0, 7), mask(0, 3, 3))
    assert classes.names == ("background", "3", "7")
    assert classes.values == (0, 3, 7)
    assert notes == ("3 classes in the masks: background (0, 33 %), 3 (3, 50 %), 7 (7, 17 %)",)


def test_without_zero_the_commonest_value_is_the_background():
    classes, _ = found(mask(2, 1, 2))
    assert (classes.names, classes.values) == (("background", "foreground"), (2, 1))


def test_two_values_are_classes_however_thin():
    one = mask(0, 0)
    one[:, 5] = 255
    assert found(one)[0].values == (0, 255)


def test_a_third_class_of_thin_lines_is_kept():
    one = mask(0, 100)
    one[:, 5] = 200
    assert found(one)[0].values == (0, 100, 200)


def test_blurred_edges_belong_to_the_nearest_class_and_are_mentioned():
    one = mask(0, 255)
    one[:, 10:14] = [40, 100, 180, 230]
    classes, notes = found(one)
    assert classes.values == (0, 255)
    assert notes[1].startswith("17 % of their pixels have one of 4 values between these (blurred edges, JPEG)")
    assert classes.indices(one)[0, 10:14].tolist() == [0, 0, 1, 1]


def test_blocks_of_jpeg_are_no_classes():
    one = mask(0, 255, side=40)
    one[:8, :8], one[8:16, :8], one[:8, -8:] = 2, 5, 250
    classes, _ = found(one, lossy=True)
    assert classes.values == (0, 255)


def test_colours_are_classes_and_grey_ones_are_numbers():
    red, blue = 0xFF0000, 0x0000FF
    classes, notes = found(mask(0, red, blue), kind=MaskKind.COLOURS)
    assert classes.kind is MaskKind.COLOURS
    assert classes.names == ("background", "#0000ff", "#ff0000")
    assert "#ff0000 (#ff0000, 33 %)" in notes[0]
    assert classes.indices(np.array([[0xF01010, 0x0303F0]])).tolist() == [[2, 1]]
    grey, _ = found(mask(0, 0x808080), kind=MaskKind.COLOURS)
    assert (grey.kind, grey.values) == (MaskKind.LABELS, (0, 0x80))


def test_a_palette_keeps_its_colours():
    classes, _ = found(mask(0, 2), kind=MaskKind.PALETTE, colours=(0x111111, 0x222222, 0x333333))
    assert (classes.values, classes.colours) == ((0, 2), (0x111111, 0x333333))


def test_many_values_of_one_area_each_are_objects():
    one = np.kron(np.arange(49).reshape(7, 7), np.ones((6, 6), int))
    classes, notes = found(one)
    assert classes.of_objects
    assert classes.names == ("background", "object", "outline")
    assert "masks number their objects" in notes[0]


def test_few_objects_are_objects_where_a_person_says_so():
    classes, notes = found(mask(0, 1, 2), objects=True)
    assert classes.of_objects
    assert "up to 2 in one" in notes[0]


def test_many_values_of_several_areas_each_are_an_error():
    one = np.kron(np.arange(98).reshape(14, 7) % 49, np.ones((6, 6), int))
    with pytest.raises(DataError, match=r"have 49 values, and there may be 32 classes.*--target-is objects"):
        found(one)


@pytest.mark.parametrize("objects", [False, True])
def test_one_value_alone_is_an_error(objects):
    with pytest.raises(DataError, match=r"have one value \(0\) in all"):
        found(mask(0), objects=objects)


def test_pictures_are_no_masks():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40))
    with pytest.raises(DataError, match=r"9\d % of the pixels.*look like pictures.*--recipe restorer"):
        found(noise)
