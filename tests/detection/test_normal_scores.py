"""Ranks as normal quantiles."""

import numpy as np
import torch
from scipy.stats import norm, rankdata

from autoencode.detection.normal_scores import NormalScores
from autoencode.detection.tail import TailRule


def column(values):
    return torch.as_tensor(values, dtype=torch.float64)[:, None]


def test_scores_of_the_table_are_the_quantiles_of_their_ranks():
    scores = np.random.default_rng(0).gamma(2.0, size=500)
    scores[100:200] = scores[0]  # ties have the mean of their ranks
    found = NormalScores(1).fit(column(scores))(column(scores))[:, 0]
    assert np.allclose(found.numpy(), norm.ppf((rankdata(scores) - 0.5) / 500))


def test_a_long_table_keeps_its_tail_and_its_order():
    scores = np.random.default_rng(0).gamma(2.0, size=20_000)
    found = NormalScores(1).fit(column(scores))(column(scores))[:, 0].numpy()
    expected = norm.ppf((rankdata(scores) - 0.5) / 20_000)
    assert np.abs(found - expected).max() < 0.5
    top = scores.argsort()[-400:]
    assert np.allclose(found[top], expected[top])
    assert np.corrcoef(found, expected)[0, 1] > 0.999


def test_beyond_the_table_it_goes_on_rising():
    table = NormalScores(1).fit(column(np.random.default_rng(0).gamma(2.0, size=300)))
    found = table(column([20.0, 40.0, 80.0]))[:, 0].diff()
    assert (found > 0.3).all()


def test_what_only_rounding_sets_apart_has_one_rank():
    scores = np.repeat(np.arange(1.0, 21), 5) * (1 + 1e-15 * np.arange(100))
    found = NormalScores(1).fit(column(scores))(column(scores))[:, 0]
    assert (found.reshape(20, 5).diff(dim=1).abs() < 1e-6).all()


def test_one_huge_score_leaves_the_ranks_of_the_others():
    scores = torch.rand(10_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scores[0] = 1e9
    table = NormalScores(1).fit(scores)
    assert table(scores).median().abs() < 0.01
    assert table(scores).unique().numel() > 1_000


def test_one_value_alone_is_the_median():
    assert NormalScores(1).fit(column(np.zeros(9)))(column(np.zeros(3))).abs().max() == 0


def test_the_tail_rule_finds_about_what_is_there():
    rng = np.random.default_rng(0)
    scores = np.exp(rng.normal(size=(2000, 2)) * 0.3)
    scores[:100] *= 20
    rule = TailRule(2).fit(torch.from_numpy(scores))
    assert abs(rule.share(torch.from_numpy(scores)) - 0.05) < 0.015


def test_the_tail_has_at_least_one_row_and_at_most_a_half():
    same = torch.ones(50, 2, dtype=torch.float64)
    assert TailRule(2).fit(same).share(same) == 1 / 50
