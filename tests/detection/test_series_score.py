"""The score of the steps of a series, and its segments."""

import math

import numpy as np
import pytest
import torch

from autoencode.detection.gap_filler import GAP, WINDOW, GapFiller, Windows
from autoencode.detection.segments import segments
from autoencode.detection.series_score import SeriesScore


def waves(n=900, seed=0):
    """Two channels of one rhythm, with noise."""
    t = np.arange(n) / 6
    return np.stack([np.sin(t), 5 + 3 * np.cos(t)], 1) + 0.1 * np.random.default_rng(seed).normal(size=(n, 2))


def spoiled():
    """From step 400 on for 24 steps the second channel stands still."""
    x = waves(seed=1)
    x[400:424, 1] = 5
    return x


@pytest.fixture(scope="module")
def score():
    return SeriesScore.fit([waves()], steps=80)


def test_a_stretch_that_breaks_the_rhythm_is_found_with_its_channel(score):
    found = score(spoiled())
    (worst, *_) = sorted(segments(found.scores, 4.0), key=lambda one: -one.score)
    assert 380 < worst.peak < 444
    assert found.numbers[worst.peak].argmax() == 1
    np.testing.assert_allclose(found.numbers.sum(1), found.scores)
    assert abs(np.median(score(waves(seed=2)).scores) - math.log(2)) < 0.25  # the median row scores −log ½


def test_a_score_does_not_depend_on_units_or_on_steps_far_away(score):
    x, other = spoiled(), waves(seed=3)
    scaled = SeriesScore.fit([waves() * [1, 1000] + [0, 7]], steps=20)
    same = SeriesScore.fit([waves()], steps=20)
    np.testing.assert_allclose(scaled(x * [1, 1000] + [0, 7]).scores, same(x).scores, rtol=1e-3, atol=1e-3)
    other[:600] = x[:600]
    np.testing.assert_allclose(score(other).scores[: 600 - WINDOW], score(x).scores[: 600 - WINDOW], rtol=1e-4)


def test_missing_numbers_count_nowhere(score):
    x = spoiled()
    x[400:424, 1] = np.nan
    found = score(x)
    assert np.isfinite(found.scores).all()
    assert (found.numbers[405:419, 1] < found.numbers[405:419].sum(1)).all()
    assert found.scores[405:419].max() < score(spoiled()).scores[405:419].max()
    assert np.isfinite(score(np.full((50, 2), np.nan)).scores).all()


def test_short_series_and_series_of_any_length(score):
    for n in (1, GAP - 1, GAP, WINDOW + 1):
        assert score(waves(n)).scores.shape == (n,)


def test_the_same_seed_gives_the_same_scores_and_leaves_the_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, two = (SeriesScore.fit([waves(300), waves(200)], steps=3, seed=5)(waves(70)).scores for _ in range(2))
    assert np.array_equal(one, two)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_hidden_is_not_seen():
    torch.manual_seed(0)
    filler = GapFiller(1).requires_grad_(requires_grad=False)
    torch.nn.init.normal_(filler.last.weight)
    z, there = torch.randn(1, 1, WINDOW).float(), torch.ones(1, 1, WINDOW, dtype=torch.bool)
    hidden = torch.zeros(1, WINDOW, dtype=torch.bool)
    hidden[0, 50:60] = True
    changed = z.clone()
    changed[0, 0, 52] += 9
    first, second = (filler(Windows(one, there), hidden)[0, 0] for one in (z, changed))
    differ = (first - second).abs() > 1e-6
    assert differ.nonzero()[:, 0].tolist() == [52]  # its own surprise alone


def test_surprise_is_minus_the_log_density():
    filler = GapFiller(1).requires_grad_(requires_grad=False)  # a mean of 0 and a scale of 1 before training
    torch.nn.init.zeros_(filler.last.bias)
    z = torch.tensor([[[0.0, 1.0, 2.0]]])
    found = filler(Windows(z, torch.tensor([[[True, True, False]]])), torch.ones(1, 3, dtype=torch.bool))
    assert found[0, 0].tolist() == pytest.approx([3.0, 3.5, 0.0])  # above that of the least scale, e⁻³


def test_segments_join_what_is_near():
    scores = np.array([5.0, 0, 0, 6, 0, 0, 0, 7, 7])
    assert [(s.first, s.last, s.score, s.peak) for s in segments(scores, 4, near=2)] == [(0, 3, 6, 3), (7, 8, 7, 7)]
    assert segments(scores, 9) == []
