"""Thresholds and p-values from held-out good pictures."""

import numpy as np
import pytest
from scipy.stats import t

from autoencode.detection.false_alarms import FalseAlarms
from autoencode.errors import ArgumentError

SCORES = (3.0, 1.0, 2.0, 5.0, 4.0)


def test_p_values_are_ranks_within_the_held_out_scores():
    assert FalseAlarms(SCORES).p_values([0.0, 1.0, 2.5, 5.0]).tolist() == [1.0, 1.0, 4 / 6, 2 / 6]


def test_beyond_the_largest_they_are_those_of_a_new_normal_score():
    alarms, width = FalseAlarms(SCORES), np.std(SCORES, ddof=1) * np.sqrt(1 + 1 / 5)
    expected = t.sf((np.array([6.0, 9.0]) - 3) / width, 4) / t.sf((5 - 3) / width, 4) / 6
    assert np.allclose(alarms.p_values([6.0, 9.0]), expected)
    found = alarms.p_values(np.linspace(0, 20, 400))
    assert (np.diff(found) <= 0).all()
    assert alarms.p_values([5 + 1e-9])[0] == pytest.approx(1 / 6)


@pytest.mark.parametrize("rate", [0.5, 0.34, 0.1, 0.01, 1e-4])
def test_a_score_just_above_the_threshold_has_that_p_value_or_less(rate):
    alarms = FalseAlarms(SCORES)
    threshold = alarms.threshold(rate)
    above, below = alarms.p_values([threshold + 1e-6, threshold - 1e-6])
    assert above <= rate + 1e-6 <= below + 2e-6


def test_the_share_of_false_alarms_is_as_promised():
    rng = np.random.default_rng(0)
    for n, rate in ((150, 0.02), (12, 0.01)):
        above = [
            (rng.normal(size=200) > FalseAlarms(tuple(rng.normal(size=n))).threshold(rate)).mean() for _ in range(400)
        ]
        error = np.std(above) / np.sqrt(len(above))
        assert rate / 2 < np.mean(above) < rate + 5 * error


def test_what_was_held_out_in_pieces_counts_for_as_many():
    whole, pieces = FalseAlarms(SCORES), FalseAlarms(SCORES, pieces=4.0)
    assert pieces.threshold(0.04) == pytest.approx(whole.threshold(0.01))
    assert pieces.p_values([9.0])[0] == pytest.approx(4 * whole.p_values([9.0])[0])
    assert pieces.p_values([0.0])[0] == 1.0


def test_it_says_whether_a_share_can_be_counted():
    assert [FalseAlarms(SCORES).counts(rate) for rate in (0.2, 0.1)] == [True, False]


def test_scores_all_alike_and_shares_without_meaning():
    assert FalseAlarms((1.0, 1.0)).threshold(0.01) > 1
    for rate in (0.0, 0.6):
        with pytest.raises(ArgumentError, match=r"a share of good pictures above 0 and up to 0.5, not"):
            FalseAlarms(SCORES).threshold(rate)
