"""The likelihood of rows of a table."""

import pytest
import torch

from autoencode.errors import ArgumentError, DataError, UnknownNameError
from autoencode.likelihoods import LogProbKind, TableLikelihood, likelihoods


def test_it_is_found_by_its_cells() -> None:
    p_x = likelihoods["table:1,1?,3"]((6,))
    assert isinstance(p_x, TableLikelihood)
    assert p_x.features_shape == (5,)
    assert "table:1,1?,3" in likelihoods
    assert "table" not in likelihoods
    assert "row:1" not in likelihoods
    with pytest.raises(UnknownNameError, match="no likelihood named 'table'"):
        likelihoods["table"]


def test_numbers_alone_are_the_normal_likelihood() -> None:
    features, x = torch.randn(5, 3), torch.randn(5, 3)
    ours, normal = likelihoods["table:1,1,1"]((3,)), likelihoods["normal"]((3,))
    assert torch.allclose(ours(features).log_prob(x), normal(features).log_prob(x), atol=1e-6)


def test_rows_of_another_width_are_an_error() -> None:
    with pytest.raises(ArgumentError, match="cells 1,3 are rows of 4 numbers"):
        likelihoods["table:1,3"]((5,))
    with pytest.raises(ArgumentError, match="cells of a row"):
        likelihoods["table:1,a"]((5,))


def test_indicators_are_checked() -> None:
    p_x = likelihoods["table:1?,2"]((4,))
    p_x.check(torch.tensor([[0.3, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]))
    with pytest.raises(DataError, match="must be 0 or 1"):
        p_x.check(torch.tensor([[0.3, 0.5, 0.0, 1.0]]))
    with pytest.raises(DataError, match="two values"):
        p_x.check(torch.tensor([[0.3, 1.0, 1.0, 1.0]]))
    with pytest.raises(DataError, match="NaN"):
        p_x.check(torch.tensor([[float("nan"), 0.0, 0.0, 1.0]]))


def test_a_table_of_categories_has_a_mass() -> None:
    x = torch.tensor([[1.0, 0.0]])
    assert likelihoods["table:2"]((2,)).log_prob_kind(x) is LogProbKind.MASS
    assert likelihoods["table:1,2"]((3,)).log_prob_kind(torch.zeros(1, 3)) is LogProbKind.DENSITY
