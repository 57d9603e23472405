"""Measures of masks, against areas counted by hand."""

import numpy as np
import pytest
import torch

from autoencode.data import Subset
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.outlines import OBJECT_NAMES
from autoencode.evaluation import SegmentationMetric
from autoencode.evaluation.segmentation import dice, usual_mask

LABELS = MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 1, 2))


def test_dice_of_areas_counted_by_hand():
    found, true = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    found[:2], true[1:3] = True, True
    assert dice(found, true) == 2 * 4 / (8 + 8)
    assert dice(true, true) == 1
    assert dice(found & False, true & False) is None


def test_dice_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    found, true = rng.random((2, 30, 30)) < 0.4
    assert dice(found, true) == pytest.approx(metrics.f1_score(true.ravel(), found.ravel()))


def test_classes_are_averaged_over_the_pictures_that_have_them():
    metric = SegmentationMetric(LABELS)
    first, second = np.zeros((10, 10), int), np.zeros((10, 10), int)
    first[:5], second[:, :5] = 1, 2
    metric.add(first, first)
    metric.add(np.where(second == 2, 1, 0), second)  # the other class in its place
    q = metric.result()
    assert q.dice["a"].value == 0.5  # 1 in the first picture, 0 in the second
    assert q.dice["b"].value == 0
    assert q.mean_dice.value == pytest.approx((1 + 0) / 2)
    assert q.accuracy.value == pytest.approx(0.75)
    assert (q.count, q.true_count, q.count_error) == (2, 2, 1.0)


def test_pixels_of_no_known_class_do_not_count():
    metric = SegmentationMetric(LABELS)
    true = np.ones((10, 10), int)
    true[:, 5:] = -1
    found = np.ones((10, 10), int)
    found[:, 5:] = 2
    metric.add(found, true)
    metric.add(found, np.full((10, 10), -1))
    q = metric.result()
    assert q.dice["a"].value == q.accuracy.value == q.mean_dice.value == 1
    assert q.mean_dice.n == 1


def test_objects_and_outlines_are_one_area_and_counts_are_of_objects():
    metric = SegmentationMetric(MaskClasses(OBJECT_NAMES, MaskKind.OBJECTS))
    true, found = np.zeros((20, 20), int), np.zeros((20, 20), int)
    true[2:8, 2:8], true[3:7, 3:7] = 2, 1
    found[2:8, 2:8] = 1
    metric.add(found, true, ([1], [3]))
    q = metric.result()
    assert set(q.dice) == {"foreground"}
    assert q.mean_dice.value == 1
    assert (q.count, q.true_count) == (1, 3)
    assert q.count_error == pytest.approx(2 / 3)


def test_nothing_to_measure_is_none():
    assert SegmentationMetric(LABELS).result() is None


def planes_of(classes):
    return torch.stack([(classes == number) for number in (0, 1)], 1).to(torch.uint8) * 255


def usual(classes):
    masks = MaskClasses(("background", "a"), MaskKind.LABELS, (0, 1))
    return usual_mask(Subset(torch.zeros(len(classes), 1, 1, classes.shape[2]), target=planes_of(classes)), masks)


def test_the_usual_mask_is_the_one_of_highest_dice():
    assert usual(torch.tensor([[[0, 1]], [[1, 1]], [[0, 1]]])).tolist() == [[0, 1]]
    # Dice of [1, 1] is (2/3 + 1 + 2/3) / 3 = 7/9, of [0, 1] it is (1 + 2/3 + 1) / 3 = 8/9


def test_the_usual_mask_has_an_area_where_each_pixel_is_mostly_background():
    classes = torch.eye(4, dtype=torch.int64)[:, None]
    assert usual(classes).tolist() == [[1, 1, 1, 1]]  # Dice 2 · 1 / (4 + 1), and that of nothing is 0
