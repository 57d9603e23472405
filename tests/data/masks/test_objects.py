"""Objects of a mask, separated and counted."""

import numpy as np
import pytest

from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.objects import connected, count_objects, separated
from autoencode.data.masks.outlines import OBJECT_NAMES, outline_classes


def discs(*centres, side=40, radius=7.0):
    """Numbered discs; each takes no pixel of those before it."""
    y, x = np.mgrid[:side, :side]
    numbers = np.zeros((side, side), int)
    for number, (row, column) in enumerate(centres, start=1):
        numbers[((y - row) ** 2 + (x - column) ** 2 <= radius**2) & (numbers == 0)] = number
    return numbers


@pytest.mark.parametrize(
    "centres", [[(10, 10), (28, 28)], [(14, 12), (14, 25)], [(10, 10), (10, 23), (21, 16)]], ids=len
)
def test_objects_that_touch_come_back_from_background_object_and_outline(centres):
    numbers = discs(*centres)
    found = separated(outline_classes(numbers))
    assert found.count == len(centres)
    assert ((found.numbers > 0) == (numbers > 0)).all()
    for number in range(1, len(centres) + 1):
        inside = found.numbers[numbers == number]
        assert (inside == np.bincount(inside).argmax()).mean() > 0.97


def test_touching_objects_are_one_connected_area():
    assert connected(discs((14, 12), (14, 25)) > 0).count == 1


def test_an_object_that_is_outline_alone_is_counted():
    numbers = discs((12, 12))
    numbers[30:32, 30:32] = 2
    found = separated(outline_classes(numbers))
    assert found.count == 2
    assert len(np.unique(found.numbers[30:32, 30:32])) == 1


def test_small_areas_are_left_out_and_numbers_have_no_gaps():
    area = np.zeros((9, 9), bool)
    area[0, 0] = area[2:5, 2:5] = area[6:9, 6:9] = True
    found = connected(area, smallest=2)
    assert (found.count, sorted(np.unique(found.numbers))) == (2, [0, 1, 2])
    assert found.numbers[0, 0] == 0
    kept = separated(outline_classes(area.astype(int)), smallest=2)
    assert (kept.count, kept.numbers.max()) == (2, 2)


def test_nothing_has_no_objects():
    empty = np.zeros((5, 5), np.uint8)
    assert separated(empty).count == connected(empty > 0).count == 0


def test_classes_are_counted_one_by_one_and_objects_together():
    classes = np.zeros((20, 20), np.uint8)
    classes[:5, :5] = classes[10:15, 10:15] = 1
    classes[:5, 10:15] = 2
    labels = MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 1, 2))
    assert {name: found.count for name, found in count_objects(classes, labels).items()} == {"a": 2, "b": 1}
    objects = MaskClasses(OBJECT_NAMES, MaskKind.OBJECTS)
    assert {name: found.count for name, found in count_objects(classes, objects).items()} == {"object": 3}
