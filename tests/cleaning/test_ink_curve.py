"""The curve of ink: monotone, from white to black, with the edge of letters where it was."""

import numpy as np
import pytest

from autoencode.cleaning.ink_curve import InkCurve, fit_ink_curve

DARKNESS = np.linspace(0, 1, 201, dtype=np.float32)


@pytest.mark.parametrize("contrast", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5])
def test_it_rises_from_white_to_black(threshold, contrast):
    after = InkCurve(threshold, contrast)(DARKNESS)
    assert after[0] == 0
    assert after[-1] == pytest.approx(1)
    assert (np.diff(after) >= 0).all()


def test_the_halo_becomes_paler_and_ink_never_does():
    after = InkCurve(0.3, 0.0)(DARKNESS)
    below = (DARKNESS > 0) & (DARKNESS < 0.3 - 1e-6)
    assert (after[below] < DARKNESS[below]).all()
    np.testing.assert_allclose(after[np.float32(0.15) == DARKNESS], 0.075, atol=1e-6)
    assert (after[DARKNESS >= 0.3] >= DARKNESS[DARKNESS >= 0.3] - 1e-6).all()


def test_of_wide_strokes_the_threshold_becomes_one_half():
    after = InkCurve(0.3, 1.0)(np.array([0.15, 0.3, 0.45], np.float32))
    np.testing.assert_allclose(after, [0.075, 0.5, 1.0], atol=1e-6)


def page(ink, share=0.2):
    darkness = np.zeros((50, 60), np.float32)
    mask = np.random.default_rng(0).random(darkness.shape) < share
    darkness[mask] = ink
    return darkness, mask


def test_it_suits_the_page():
    assert fit_ink_curve(*page(0.9), scale=1.2).contrast == 0
    assert fit_ink_curve(*page(0.9), scale=0.4).contrast == 1  # wide strokes
    assert fit_ink_curve(*page(0.5), scale=1.2).contrast == 1  # faint ink
    curve = fit_ink_curve(*page(0.8), scale=1.2)
    assert 0.38 <= curve.threshold <= 0.5
    assert fit_ink_curve(*page(0.05), scale=1.0) is None
