import pytest
import torch

from autoencode.errors import ArgumentError, ShapeError
from autoencode.evaluation import density_coverage, precision_recall, sample_quality
from autoencode.evaluation.neighbours import kth_neighbour_distances
from support.statistics import assert_within_standard_errors

pytestmark = pytest.mark.usefixtures("double")

LINE = torch.arange(6.0, dtype=torch.float64)[:, None]


def test_radii_do_not_count_the_point_itself():
    assert kth_neighbour_distances(LINE, 1).tolist() == [1, 1, 1, 1, 1, 1]
    assert kth_neighbour_distances(LINE, 2).tolist() == [2, 1, 1, 1, 1, 2]
    assert kth_neighbour_distances(torch.zeros(4, 2), 3).tolist() == [0, 0, 0, 0]


def test_precision_and_recall_by_hand():
    real, generated = LINE, torch.tensor([[0.5], [1.5], [30.0], [31.0]])
    precision, recall = precision_recall(real, generated, k=1)
    assert precision.value == 0.5  # 0.5 and 1.5 are within 1 of a real point
    assert recall.value == 0.5  # 0, 1 and 2 are within 1 of these two
    assert (precision.n, recall.n) == (4, 6)


def test_what_is_dropped_costs_recall_and_what_is_made_up_costs_precision():
    one, other = torch.randn(300, 2), torch.randn(300, 2) + 100
    both = torch.cat([one[:150], other[:150]])
    precision, recall = precision_recall(both, one)
    assert precision.value > 0.9
    assert recall.value == pytest.approx(0.5, abs=0.02)
    precision, recall = precision_recall(one, both)
    assert precision.value == pytest.approx(0.5, abs=0.02)
    assert recall.value > 0.9


def test_density_and_coverage_by_hand():
    density, coverage = density_coverage(LINE, torch.tensor([[2.5], [40.0]]), k=2)
    assert density.value == (2 / 2 + 0) / 2  # 2.5 lies in the balls of 2 and 3
    assert coverage.value == pytest.approx(2 / 6)


def test_of_one_distribution_coverage_is_as_the_paper_says():
    n, k = 400, 5
    found = [density_coverage(torch.randn(n, 8), torch.randn(n, 8), k=k) for _ in range(12)]
    expected = 1 - torch.tensor([(n - i) / (2 * n - 1 - i) for i in range(k)]).prod()
    coverage = torch.tensor([each[1].value for each in found])
    assert_within_standard_errors(coverage.mean(), expected, coverage.std() / 12**0.5)
    density = torch.tensor([each[0].value for each in found])
    assert_within_standard_errors(density.mean(), 1.0, density.std() / 12**0.5)


def test_an_outlier_makes_everything_precise_but_not_dense():
    real = torch.cat([torch.randn(200, 2), torch.full((1, 2), 50.0)])
    generated = torch.rand(200, 2) * 20 + 20
    assert precision_recall(real, generated)[0].value > 0.9
    assert density_coverage(real, generated)[0].value < 0.3


def test_chunks_change_nothing(monkeypatch):
    one, other = torch.randn(50, 3), torch.randn(60, 3)
    whole = precision_recall(one, other), density_coverage(one, other)
    monkeypatch.setattr("autoencode.evaluation.neighbours._CHUNK_VALUES", 150)
    assert (precision_recall(one, other), density_coverage(one, other)) == whole


def test_all_together():
    real, generated = torch.randn(100, 3), torch.randn(100, 3)
    found = sample_quality(real, generated)
    assert (found.precision, found.recall) == precision_recall(real, generated)
    assert (found.density, found.coverage) == density_coverage(real, generated)


def test_too_few_or_of_other_widths():
    with pytest.raises(ArgumentError, match="more than 3 points, not 3"):
        precision_recall(torch.randn(3, 2), torch.randn(9, 2))
    with pytest.raises(ShapeError, match="equal dimensions"):
        precision_recall(torch.randn(9, 2), torch.randn(9, 3))
