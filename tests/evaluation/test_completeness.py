import math

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.evaluation import completeness


def test_one_class_over_and_over_is_recognised_and_has_no_entropy():
    found = completeness(torch.tensor([[1.0, 0.0, 0.0]]).repeat(30, 1))
    assert (found.recognised.value, found.entropy) == (1, 0)
    assert found.max_entropy == pytest.approx(math.log(3))


def test_all_classes_alike_have_the_most_entropy():
    found = completeness(torch.eye(4).repeat(5, 1))
    assert found.recognised.value == 1
    assert found.entropy == pytest.approx(math.log(4))


def test_doubt_is_not_recognised_even_where_classes_come_alike():
    found = completeness(torch.full((10, 4), 0.25))
    assert found.recognised.value == 0
    assert found.entropy == pytest.approx(math.log(4))


def test_a_class_that_is_ruled_out_is_no_recognition():
    assert completeness(torch.tensor([[0.5, 0.48, 0.02]])).recognised.value == 0


def test_the_entropy_is_of_the_mean_distribution():
    p = torch.tensor([[0.9, 0.1], [0.7, 0.3]])
    expected = -(0.8 * math.log(0.8) + 0.2 * math.log(0.2))
    assert completeness(p).entropy == pytest.approx(expected, rel=1e-6)


def test_the_share_at_the_edge():
    found = completeness(torch.tensor([[0.5, 0.5], [0.75, 0.25], [1.0, 0.0], [0.7, 0.3]]), threshold=0.75)
    assert found.recognised.value == 0.5


@pytest.mark.parametrize("p", [torch.tensor([[0.5, 0.6]]), torch.tensor([[1.5, -0.5]])])
def test_what_is_no_probability(p):
    with pytest.raises(ArgumentError, match="sums to 1"):
        completeness(p)
