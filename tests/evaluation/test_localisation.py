"""AUROC, AUPRO and F1 of maps of anomalies, each beside an oracle."""

import numpy as np
import pytest
from scipy.ndimage import label
from sklearn.metrics import f1_score, roc_auc_score

from autoencode.errors import ShapeError
from autoencode.evaluation.localisation import Localisation, LocalisationMeter


def pictures(n=6, seed=0):
    """Scores of pixels in steps of 1/64, masks of two areas, some of them touching at a corner."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        mask = np.zeros((20, 24), dtype=bool)
        if number % 2:
            mask[2:5, 3:9] = mask[5:8, 9:11] = True
            mask[12:18, 14 + number : 20] = True
        yield np.rint((rng.normal(size=mask.shape) + 1.2 * mask) * 64) / 64, mask


def measured(threshold=0.5):
    meter, found, truth = LocalisationMeter(threshold), [], []
    for scores, mask in pictures():
        meter.add(float(scores.max()), scores, is_defect=bool(mask.any()), mask=mask)
        found.append(scores)
        truth.append(mask)
    return meter.result(), np.array(found), np.array(truth)


def brute_force_aupro(found, truth, limit=0.3):
    """One threshold after the other, area by area."""
    areas = [
        (one, areas == number)
        for one, mask in enumerate(truth)
        for areas, n in [label(mask, np.ones((3, 3)))]
        for number in range(1, n + 1)
    ]
    x, y = [0.0], [0.0]
    for threshold in np.unique(found)[::-1]:
        above = found >= threshold
        x.append(above[~truth].mean())
        y.append(np.mean([above[one][area].mean() for one, area in areas]))
    total = 0.0
    for (x0, y0), (x1, y1) in zip(zip(x, y, strict=True), list(zip(x, y, strict=True))[1:], strict=False):
        if x0 >= limit:
            break
        if x1 > limit:
            x1, y1 = limit, y0 + (y1 - y0) * (limit - x0) / (x1 - x0)
        total += (x1 - x0) * (y0 + y1) / 2
    return total / limit, len(areas)


def test_auroc_is_that_of_scikit_learn():
    result, found, truth = measured()
    assert result.pixel_auroc == pytest.approx(roc_auc_score(truth.ravel(), found.ravel()), abs=1e-12)
    images = roc_auc_score(truth.any((1, 2)), found.max((1, 2)))
    assert result.image_auroc == pytest.approx(images, abs=1e-12)


def test_aupro_is_that_of_a_brute_force():
    result, found, truth = measured()
    expected, n_areas = brute_force_aupro(found, truth)
    assert result.aupro == pytest.approx(expected, abs=1e-12)
    assert result.n_defects == n_areas == 6


@pytest.mark.parametrize("threshold", [-1.0, 0.5, 2.0])
def test_f1_is_that_of_scikit_learn(threshold):
    result, found, truth = measured(threshold)
    assert result.f1 == pytest.approx(f1_score(truth.ravel(), (found >= threshold).ravel()))


def test_a_small_defect_counts_as_much_as_a_large_one():
    scores, mask = np.zeros((40, 40)), np.zeros((40, 40), dtype=bool)
    mask[:20, :20] = mask[30, 30] = True
    scores[:20, :20] = 1
    meter = LocalisationMeter(0.5)
    meter.add(1.0, scores, is_defect=True, mask=mask)
    assert meter.result().aupro == pytest.approx(0.5 + 0.5 * 0.3 / 2)


def test_without_masks_only_pictures_are_compared():
    meter = LocalisationMeter(0.0)
    meter.add(2.0, np.ones((3, 3)), is_defect=True)
    meter.add(1.0, np.zeros((3, 3)), is_defect=False)
    assert meter.result() == Localisation(image_auroc=1.0)
    meter = LocalisationMeter(0.0)
    meter.add(1.0, np.zeros((3, 3)), is_defect=False)
    assert meter.result() == Localisation()


def test_a_mask_of_another_size():
    with pytest.raises(ShapeError, match="the mask has 4x2 pixels, and its picture 3x3"):
        LocalisationMeter(0.0).add(1.0, np.zeros((3, 3)), is_defect=True, mask=np.ones((2, 4), dtype=bool))
