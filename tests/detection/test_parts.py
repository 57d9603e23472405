"""The parts of the outlier score, each against what can be computed another way."""

import numpy as np
import torch

from autoencode.detection.cell_scale import ScaledRows
from autoencode.detection.histograms import Histograms
from autoencode.detection.nearest_rows import NearestRows
from autoencode.detection.ridge_distance import RidgeDistance
from autoencode.detection.tiny_autoencoders import TinyAutoencoders, random_cells


def rows_of(z, seen=None):
    z = torch.as_tensor(z, dtype=torch.float64)
    seen = torch.ones_like(z, dtype=torch.bool) if seen is None else torch.as_tensor(seen)
    return ScaledRows(z * seen, seen)


def generator():
    return torch.Generator().manual_seed(0)


def test_distances_are_those_to_the_nearest_reference():
    z = torch.randn(40, 3, dtype=torch.float64)
    nearest = NearestRows(3, 5, 8).fit(
        rows_of(z), torch.ones(40, dtype=torch.bool), torch.arange(3), shares=(1.0, 1.0), generator=generator()
    )
    new = torch.randn(7, 3, dtype=torch.float64)
    expected = torch.cdist(new, nearest.reference).amin(2).mean(0) / 3**0.5
    assert torch.allclose(nearest(rows_of(new)), expected)


def test_a_unique_row_is_no_neighbour_of_itself_and_one_of_two_alike_is():
    z = torch.tensor([[0.0, 0], [1, 0], [1, 0], [5, 0]], dtype=torch.float64)
    unique = torch.tensor([True, False, False, True])
    nearest = NearestRows(2, 3, 4).fit(rows_of(z), unique, torch.arange(2), shares=(1.0, 1.0), generator=generator())
    assert torch.allclose(nearest(rows_of(z)) * 2**0.5, torch.tensor([1.0, 0, 0, 4], dtype=torch.float64))


def test_missing_numbers_are_not_counted_in_distances():
    z = torch.randn(30, 4, dtype=torch.float64)
    everything = {"shares": (1.0, 1.0), "generator": generator()}
    nearest = NearestRows(4, 2, 30).fit(rows_of(z), torch.ones(30, dtype=torch.bool), torch.arange(4), **everything)
    seen = torch.tensor([[True, True, False, False]])
    new = torch.randn(1, 4, dtype=torch.float64)
    expected = torch.cdist(new[:, :2], z[:, :2]).amin() / 2**0.5
    assert torch.allclose(nearest(rows_of(new, seen)), expected)


def test_a_row_without_any_cell_has_the_usual_distance():
    z = torch.randn(30, 2, dtype=torch.float64)
    everything = {"shares": (1.0, 1.0), "generator": generator()}
    nearest = NearestRows(2, 2, 8).fit(rows_of(z), torch.ones(30, dtype=torch.bool), torch.arange(2), **everything)
    nothing = rows_of(torch.zeros(1, 2), torch.zeros(1, 2, dtype=torch.bool))
    assert torch.allclose(nearest(nothing), nearest.usual)


def test_the_mahalanobis_distance_against_numpy():
    z = np.random.default_rng(0).normal(size=(100, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]])
    covariance = np.cov(z.T)
    ridge = covariance + 0.1 * np.trace(covariance) / 3 * np.eye(3)
    centered = z - z.mean(0)
    expected = np.einsum("ni,ij,nj->n", centered, np.linalg.inv(ridge), centered) / 3
    distance = RidgeDistance(3).fit(rows_of(z))
    assert np.allclose(distance(rows_of(z)).numpy(), expected)


def test_where_cells_are_missing_it_is_the_distance_in_the_others():
    z = np.random.default_rng(0).normal(size=(100, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]])
    distance = RidgeDistance(3).fit(rows_of(z))
    d = z[0, :2] - z.mean(0)[:2]
    expected = d @ np.linalg.inv(distance.covariance[:2, :2].numpy()) @ d / 2
    assert np.isclose(float(distance(rows_of(z[:1], [[True, True, False]]))[0]), expected)


def test_histograms_count_rows():
    z = torch.zeros(100, 2, dtype=torch.float64)
    z[:10, 0] = 1.0  # ten of a hundred
    histograms = Histograms(1).fit(rows_of(z))
    found = histograms(rows_of(torch.tensor([[0.0, 0], [1, 0], [9, 0]])))
    expected = -torch.log(torch.tensor([90.1 / 90, 10.1 / 90, 0.1 / 90], dtype=torch.float64))
    assert torch.allclose(found, expected)


def test_autoencoders_learn_what_most_rows_have_in_common(table):
    z = torch.from_numpy((table - table.mean(0)) / table.std(0))
    models = TinyAutoencoders(5, 9).fit(rows_of(z), torch.arange(5), steps=60, generator=generator())
    losses = models.losses(rows_of(z)).mean(1)
    assert losses[:4].min() > losses[4:].median()
    assert models.fit_ranks(rows_of(z))[:4].min() > 1
    assert torch.equal(models(rows_of(z)), models.fit_ranks(rows_of(z)))
    assert losses.dtype == torch.float64


def test_what_is_missing_does_not_change_a_loss():
    z = torch.randn(50, 3, dtype=torch.float64)
    models = TinyAutoencoders(3, 4).fit(rows_of(z), torch.arange(3), steps=5, generator=generator())
    seen = torch.tensor([[True, True, False]])
    assert torch.equal(
        models.losses(rows_of(z[:1], seen)), models.losses(rows_of(z[:1] + torch.tensor([0.0, 0, 9]), seen))
    )


def test_models_have_codes_of_every_length_and_whole_cells():
    models = TinyAutoencoders(6, 18)
    cell = torch.tensor([0, 1, 1, 2, 3, 4])
    models.fit(rows_of(torch.randn(20, 6)), cell, steps=1, generator=generator())
    assert sorted(set(models.active.sum((1, 2)).int().tolist())) == list(range(9))
    assert (models.kept[..., 1] == models.kept[..., 2]).all()
    assert 0 < models.kept.mean() < 1


def test_random_cells_are_at_least_three():
    chosen = random_cells(200, torch.arange(10), generator(), 0.05, 0.1)
    assert (chosen.sum(1) == 3).all()
    assert torch.equal(random_cells(3, torch.arange(2), generator(), 0.1, 0.1), torch.ones(3, 2))
