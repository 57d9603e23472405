"""The energy distance of sets of masks, against values by hand."""

import numpy as np
import pytest

from autoencode.evaluation import generalised_energy_distance

A, B = np.array([True, True, False, False]), np.array([True, True, True, True])  # they differ by 1 − 2/4
NONE = np.zeros(4, bool)


def test_it_is_zero_where_both_are_the_same_and_counts_how_often():
    assert generalised_energy_distance([A, B], [B, A]) == 0
    # 2 · ½ · ½ − 0 − 2 · ½ · ½ · ½, of one mask; of three to one 2 · (¾ ½ + ¼ ½) / 2 …
    assert generalised_energy_distance([A], [A, B]) == pytest.approx(2 * 0.25 - 0 - 0.25)
    assert generalised_energy_distance([A] * 3 + [B], [A, B]) == pytest.approx(2 * 0.25 - 2 * 3 / 16 * 0.5 - 0.25)


def test_of_certain_masks_it_is_twice_one_minus_the_overlap():
    assert generalised_energy_distance([A], [B]) == 1
    assert generalised_energy_distance([NONE], [NONE]) == 0
    assert generalised_energy_distance([A], [NONE]) == 2
