"""The outlier score of rows."""

import numpy as np
import torch

from autoencode.detection.outlier_score import OutlierScore


def test_rows_that_are_far_away_have_the_largest_scores(score, table):
    scores = score(table)
    assert set(np.argsort(-scores)[:4]) == {0, 1, 2, 3}
    assert scores.dtype == np.float64
    assert (scores > 0).all()
    assert abs(np.median(scores) - np.log(2)) < 0.2


def test_a_score_depends_on_the_row_alone(score, table):
    alone = np.concatenate([score(row[None]) for row in table[:30]])
    assert np.allclose(alone, score(table)[:30], rtol=1e-12)
    order = np.random.default_rng(0).permutation(200)
    assert np.allclose(score(table[order]), score(table)[order], rtol=1e-12)


def test_a_seed_gives_the_same_scores_and_leaves_global_noise_alone(score, table):
    before = torch.random.get_rng_state()
    again = OutlierScore.fit(table, np.arange(5), n_models=9, steps=40)
    assert np.array_equal(again(table), score(table))
    assert torch.equal(torch.random.get_rng_state(), before)
    other = OutlierScore.fit(table, np.arange(5), n_models=9, steps=40, seed=1)
    assert not np.array_equal(other(table), score(table))


def test_a_group_of_outliers_is_not_learned():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6))
    x[:20] = 3 + 0.05 * rng.normal(size=(20, 6))  # dense, and on the edge of the others
    scores = OutlierScore.fit(x, np.arange(6), n_models=9, steps=60)(x)
    assert (scores[:20] > np.quantile(scores[20:], 0.95)).mean() > 0.9


def test_further_out_is_a_larger_score(score):
    direction = np.ones((1, 5))
    scores = [float(score(direction * distance)[0]) for distance in (3, 10, 100, 1e4)]
    assert scores == sorted(scores)
    assert np.isfinite(scores).all()


def test_missing_cells(table):
    x = table.copy()
    x[np.random.default_rng(0).random(x.shape) < 0.1] = np.nan
    x[7] = np.nan
    scores = OutlierScore.fit(x, np.arange(5), n_models=9, steps=40)(x)
    assert np.isfinite(scores).all()
    assert set(np.argsort(-scores)[:3]) <= {0, 1, 2, 3}


def test_contributions_add_up_to_the_score_and_name_the_cell(score, table):
    x = table[50:60].copy()
    x[:, 2] += 8 * table[4:, 2].std()
    found = score.explain(x)
    assert np.allclose(found.contributions.sum(1), found.scores)
    assert np.allclose(found.scores, score(x))
    assert (found.contributions >= 0).all()
    assert (found.contributions.argmax(1) == 2).mean() >= 0.9


def test_what_is_expected_of_a_cell_is_what_it_was(score, table):
    x = table[50:90].copy()
    x[:, 2] += 20
    expected = score.explain(x).expected
    inside = (expected.low[:, 2].numpy() <= table[50:90, 2]) & (table[50:90, 2] <= expected.high[:, 2].numpy())
    assert inside.mean() > 0.7  # 90 % of ordinary rows, fewer as the neighbours are few


def test_all_rows_alike_and_one_column():
    assert len(set(OutlierScore.fit(np.ones((9, 2)), np.arange(2), n_models=2, steps=2)(np.ones((9, 2))))) == 1
    x = np.random.default_rng(0).normal(size=(50, 1))
    x[0] = 30
    assert OutlierScore.fit(x, np.arange(1), n_models=9, steps=20)(x).argmax() == 0


def test_more_rows_than_are_fitted_to(monkeypatch, table):
    monkeypatch.setattr("autoencode.detection.outlier_score.MAX_ROWS", 50)
    assert set(np.argsort(-OutlierScore.fit(table, np.arange(5), n_models=9, steps=40)(table))[:2]) <= {0, 1, 2, 3}


def test_it_is_restored_from_its_tensors(score, table):
    again = OutlierScore(5, 9)
    again.load_state_dict(score.state_dict())
    assert np.array_equal(again.double()(table), score(table))
